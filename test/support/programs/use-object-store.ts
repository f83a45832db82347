import { createFileObjectStore } from '../../../src/adapters/files/object-store.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { asImgpipeError } from '../../../src/domain/errors.ts';

/** As another user, tries each operation of the store in a folder and prints what became of it. */
const [folder = '', uid = ''] = process.argv.slice(2);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));

const store = createFileObjectStore(folder);
const bytes = Buffer.from('a');
const key = 'image_database/00001.jpg';
const name = 'default/a.jpg';
const attempts: Record<string, () => Promise<unknown>> = {
  put: () => store.put([{ key: 'image_database/00002.jpg', bytes }]),
  stage: () => store.putIncoming([{ name: 'default/b.jpg', bytes }]),
  settle: () =>
    store.promote([
      {
        incoming: name,
        key: 'image_database/00003.jpg',
        sha256: sha256Of(bytes),
      },
    ]),
  unstage: () => store.removeIncoming([name]),
  remove: () => store.remove([key]),
  get: () => store.get(key),
  size: () => store.size(key),
  open: () => store.open(key),
  list: () => store.list('image_database'),
  staged: () => store.listIncoming('default'),
};
const codes: Record<string, string> = {};
for (const [what, attempt] of Object.entries(attempts)) {
  codes[what] = await attempt().then(
    () => 'done',
    (error) => asImgpipeError(error).code,
  );
}
process.stdout.write(JSON.stringify(codes));
