import { ImgpipeError } from '../../domain/errors.ts';

/** What is used of the AWS SDK, which is installed only where it is needed. */
export type Sdk = typeof import('@aws-sdk/client-s3');

const PACKAGE = '@aws-sdk/client-s3';
export const INSTALL = `npm install ${PACKAGE}@3`;

/** Without this, the SDK prints that its versions of 2027 will need Node 22. */
const NO_VERSION_WARNING = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** Loads the SDK. Throws `config_invalid`, with the command that installs it, if it is missing. */
export async function loadSdk(load: () => Promise<Sdk> = () => import('@aws-sdk/client-s3')): Promise<Sdk> {
  process.env[NO_VERSION_WARNING] ??= 'true';
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ImgpipeError(
      'config_invalid',
      `store: S3 needs the package ${PACKAGE}, which is not installed: run '${INSTALL}' beside imgpipe, with -g if imgpipe is installed so`,
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}
