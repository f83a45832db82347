/** The modes of what a pipeline creates: for its owner and, to read, its group. The umask can only take more away. */
export const FOLDER_MODE = 0o750;
export const FILE_MODE = 0o640;
