import { createFileObjectStore } from '../../../src/adapters/files/object-store.ts';
import { asImgpipeError } from '../../../src/domain/errors.ts';

/** Calls each method of the store in a folder as another user, and prints its error code or `done`. */
const [folder = '', uid = ''] = process.argv.slice(2);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));

const store = createFileObjectStore(folder);
const bytes = Buffer.from('a');
const key = 'image_database/00001.jpg';
const attempts: Record<string, () => Promise<unknown>> = {
  put: () => store.put([{ key: 'image_database/00002.jpg', bytes }]),
  remove: () => store.remove([key]),
  get: () => store.get(key),
  digest: () => store.digest(key),
  size: () => store.size(key),
  open: () => store.open(key),
  list: () => store.list('image_database'),
};
const codes: Record<string, string> = {};
for (const [method, attempt] of Object.entries(attempts)) {
  codes[method] = await attempt().then(
    () => 'done',
    (error) => asImgpipeError(error).code,
  );
}
process.stdout.write(JSON.stringify(codes));
