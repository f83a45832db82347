import { Argument, Command } from 'commander';
import { ImgpipeError } from '../../domain/errors.ts';
import { commandOf, numberNamed } from '../options.ts';

/** `imgpipe dead` */
export function deadCommand(onExit: (status: number) => void): Command {
  return new Command('dead')
    .description('list, show, replay and drop dead letters: images and messages that could not be handled')
    .addHelpText('after', '\nExample:\n  $ imgpipe dead list')
    .addCommand(listCommand(onExit))
    .addCommand(showCommand(onExit))
    .addCommand(replayCommand(onExit))
    .addCommand(dropCommand(onExit));
}

function listCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'list',
    options: [['--dropped', 'also list dropped ones']],
    example: 'imgpipe dead list',
  })
    .description('list the dead letters, newest first')
    .action(async ({ dropped = false }: { dropped?: boolean }, command: Command) => {
      const { runDeadList } = await import('../dead.ts');
      onExit(await runDeadList(command, { withDropped: dropped }));
    });
}

function showCommand(onExit: (status: number) => void): Command {
  return commandOf({ name: 'show', example: 'imgpipe dead show 3' })
    .description('show a dead letter: the reason, the image or event, and the message as received')
    .addArgument(new Argument('<id>', 'the number of the dead letter').argParser(numberNamed('id')))
    .action(async (id: number, _, command: Command) => {
      const { runDeadShow } = await import('../dead.ts');
      onExit(await runDeadShow(command, id));
    });
}

function replayCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'replay',
    options: [['--all', 'replay all dead letters']],
    example: 'imgpipe dead replay 3 4',
  })
    .description('replay dead letters: publish their images, events or messages again')
    .addArgument(idsArgument())
    .action(async (given: number[], options: { all?: boolean }, command: Command) => {
      const ids = chosen(given, options.all === true);
      const { runDeadReplay } = await import('../dead-replay.ts');
      onExit(await runDeadReplay(command, ids));
    });
}

function dropCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'drop',
    options: [['--all', 'drop all dead letters']],
    example: 'imgpipe dead drop 3 4',
  })
    .description('drop dead letters: settle them for good; they are neither listed nor replayed any more')
    .addArgument(idsArgument())
    .action(async (given: number[], options: { all?: boolean }, command: Command) => {
      const ids = chosen(given, options.all === true);
      const { runDeadDrop } = await import('../dead-drop.ts');
      onExit(await runDeadDrop(command, ids));
    });
}

function idsArgument(): Argument {
  const read = numberNamed('id');
  return new Argument('[id...]', 'the numbers of dead letters').argParser((text: string, before: number[] = []) => [
    ...before,
    read(text),
  ]);
}

function chosen(ids: readonly number[], all: boolean): readonly number[] | 'all' {
  if (all && ids.length === 0) return 'all';
  if (!all && ids.length > 0) return ids;
  const what = all
    ? '--all and numbers cannot be combined: use one of them'
    : 'give the numbers of dead letters, or --all';
  throw new ImgpipeError('usage', `${what}; 'imgpipe dead list' shows them`);
}
