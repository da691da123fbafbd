export function auditShare(): void {}
