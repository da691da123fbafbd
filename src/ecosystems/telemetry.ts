/** A tool that reports its use to its maker unless a variable says no. */
export interface Telemetry {
  readonly tool: string;
  /** Programs that are the tool, as a command or as what `npx` and the like run. */
  readonly programs: readonly string[];
  readonly variable: string;
  readonly value: string;
}

/** Each with the variable that its maker documents. */
export const telemetries: readonly Telemetry[] = [
  { tool: 'Next.js', programs: ['next'], variable: 'NEXT_TELEMETRY_DISABLED', value: '1' },
  { tool: 'Nuxt', programs: ['nuxt', 'nuxi'], variable: 'NUXT_TELEMETRY_DISABLED', value: '1' },
  { tool: 'Gatsby', programs: ['gatsby'], variable: 'GATSBY_TELEMETRY_DISABLED', value: '1' },
  { tool: 'Astro', programs: ['astro'], variable: 'ASTRO_TELEMETRY_DISABLED', value: '1' },
  { tool: 'Turborepo', programs: ['turbo'], variable: 'TURBO_TELEMETRY_DISABLED', value: '1' },
  { tool: 'Wrangler', programs: ['wrangler'], variable: 'WRANGLER_SEND_METRICS', value: 'false' },
  { tool: 'The .NET command line', programs: ['dotnet'], variable: 'DOTNET_CLI_TELEMETRY_OPTOUT', value: '1' },
  { tool: 'The Azure command line', programs: ['az'], variable: 'AZURE_CORE_COLLECT_TELEMETRY', value: '0' },
  { tool: 'Homebrew', programs: ['brew'], variable: 'HOMEBREW_NO_ANALYTICS', value: '1' },
  { tool: 'vcpkg', programs: ['vcpkg'], variable: 'VCPKG_DISABLE_METRICS', value: '1' },
];
