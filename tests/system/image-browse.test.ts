import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Gives a program a terminal, types at it, and prints what it wrote, its exit code and whether the terminal is as it was. */
const inTerminal = `
import fcntl, os, pty, select, struct, sys, termios, time, signal
keys = sys.argv[1].encode().decode('unicode_escape').encode('latin1')
pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 200, 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
before = termios.tcgetattr(master)
said = b''
def read_until(mark, seconds):
    global said
    end = time.time() + seconds
    while time.time() < end and mark not in said:
        if select.select([master], [], [], 0.1)[0]:
            try: said += os.read(master, 65536)
            except OSError: return
read_until(b'q quit', 20)
if keys == b'TERM': os.kill(pid, signal.SIGTERM)
else:
    for key in keys.split(b' '):
        os.write(master, key)
        time.sleep(0.3)
read_until(b'\\x1b[?1049l', 10)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
same = termios.tcgetattr(master)[3] == before[3]
sys.stdout.write(said.decode('utf8', 'replace') + f'\\ncode {code} same {same}\\n')
`;

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-browse-'));
  mkdirSync(path.join(scratch, 'root/app'), { recursive: true });
  writeFileSync(path.join(scratch, 'root/app/server.js'), 'serve()');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function browse(keys: string): string {
  const program = [process.execPath, 'dist/cli/main.js', 'image', 'browse', `rootfs:${path.join(scratch, 'root')}`];
  const { stdout, stderr } = spawnSync('python3', ['-c', inTerminal, keys, ...program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return stdout + stderr;
}

describe('plimsoll image browse', () => {
  test('shows the files of an image in a terminal, searches them and gives the terminal back', () => {
    const said = browse('/server \\r q');
    expect(said).toContain('server.js');
    expect(said).toContain('/server');
    expect(said).toContain('\x1b[?1049l');
    expect(said).toMatch(/code 0 same True/);
  });

  test('gives the terminal back when it is killed', () => {
    const said = browse('TERM');
    expect(said).toContain('\x1b[?25h\x1b[?1049l');
    expect(said).toMatch(/code 143 same True/);
  });

  test('says so without a terminal', () => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/cli/main.js', 'image', 'browse', 'rootfs:.'], {
      encoding: 'utf8',
      input: '',
    });
    expect(stderr).toContain('image browse needs a terminal');
    expect(status).toBe(2);
  });
});
