import { Argument, type Command } from 'commander';
import { commandOf, numberNamed } from '../options.ts';

/** `imgpipe view <alertNo>` */
export function viewCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'view',
    options: [['--open', "open the three pictures in the desktop's viewer, with the regions drawn into the image"]],
    example: 'imgpipe view 1 --open',
  })
    .description('show an alert: what changed, by how much, when, and the paths of the three pictures')
    .addArgument(new Argument('<alertNo>', 'the number of the alert').argParser(numberNamed('alertNo')))
    .action(async (alert: number, options: { open?: boolean }, command: Command) => {
      const { runView } = await import('../view.ts');
      onExit(await runView(command, alert, { open: options.open === true }));
    });
}
