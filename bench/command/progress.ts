import { SingleBar } from 'cli-progress';

/** Says on standard error what is being measured: a bar on a terminal, else a line for each case. */
export class BenchProgress {
  #bar: SingleBar | undefined;

  show(name: string, done: number, total: number): void {
    if (!process.stderr.isTTY) {
      process.stderr.write(`${done + 1}/${total} ${name}\n`);
      return;
    }
    if (this.#bar === undefined) {
      this.#bar = new SingleBar({
        format: '{bar} {value}/{total} {name}',
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
      });
      this.#bar.start(total, done, { name });
    }
    this.#bar.setTotal(total);
    this.#bar.update(done, { name });
  }

  end(): void {
    this.#bar?.stop();
  }
}
