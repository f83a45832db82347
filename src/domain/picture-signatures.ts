/** A kind of file that is not read. */
export interface UnreadKind {
  /** With its article: `HEIC`, `a web page (HTML)`. */
  readonly name: string;
  /** `damaged` is a picture of a kind that is read, whose first bytes are not as they should be. */
  readonly is: 'picture' | 'damaged' | 'other';
}

export const picture = (name: string): UnreadKind => ({ name, is: 'picture' });
export const damaged = (name: string): UnreadKind => ({ name, is: 'damaged' });
export const other = (name: string): UnreadKind => ({ name, is: 'other' });

export const RAW = picture("a camera's raw picture");
const BIG_TIFF = picture('BigTIFF');
const ICON = picture('an icon (ICO)');
const TARGA = picture('a Targa picture (TGA)');
const METAFILE = picture('a Windows metafile');
const ZIP = other('a ZIP archive');
const NETCDF = other('a NetCDF file');
const H264 = other('an H.264 or H.265 video stream');
const MPEG = other('an MPEG video');
const SOUND = other('a sound file');

/** Files that start with these characters. */
export const SIGNATURES: readonly (readonly [string, UnreadKind])[] = [
  ['\xff\x4f\xff\x51', picture('JPEG 2000')],
  ['\0\0\0\x0cjP  ', picture('JPEG 2000')],
  ['\xff\x0a', picture('JPEG XL')],
  ['\0\0\0\x0cJXL ', picture('JPEG XL')],
  ['II\xbc\x01', picture('JPEG XR')],
  ['II+\0', BIG_TIFF],
  ['MM\0+', BIG_TIFF],
  ['II*\0', RAW],
  ['MM\0*', RAW],
  ['IIRO', RAW],
  ['IIRS', RAW],
  ['MMOR', RAW],
  ['IIU\0', RAW],
  ['\0MRM', RAW],
  ['FUJIFILMCCD-RAW', RAW],
  ['FOVb', RAW],
  ['SIMPLE  =', picture('FITS')],
  ['XISF0100', picture('XISF')],
  ['8BPS', picture('a Photoshop document')],
  ['gimp xcf', picture('a GIMP document')],
  ['v/1\x01', picture('OpenEXR')],
  ['#?RADIANCE', picture('Radiance HDR')],
  ['#?RGBE', picture('Radiance HDR')],
  ['qoif', picture('QOI')],
  ['FLIF', picture('FLIF')],
  ['BPG\xfb', picture('BPG')],
  ['DDS ', picture('DDS')],
  ['\xabKTX', picture('KTX')],
  ['AT&TFORM', picture('DjVu')],
  ['\x8aMNG\r\n\x1a\n', picture('MNG')],
  ['\x8bJNG\r\n\x1a\n', picture('JNG')],
  ['\x0a\x05\x01', picture('PCX')],
  ['\x01\xda\0', picture('an SGI picture')],
  ['\x01\xda\x01', picture('an SGI picture')],
  ['\0\0\x01\0', ICON],
  ['\0\0\x02\0\x01', ICON],
  ['\0\0\x02\0\0\0\0\0', TARGA],
  ['\0\0\x03\0\0\0\0\0', TARGA],
  ['\0\0\x0a\0\0\0\0\0', TARGA],
  ['icns', picture('an icon (ICNS)')],
  ['\xd7\xcd\xc6\x9a', METAFILE],
  ['\x89PNG', damaged('a PNG whose first bytes are wrong, as after a transfer as text')],
  ['\xff\xd8', damaged('a JPEG with nothing but its first two bytes, or with wrong ones after them')],
  ['%PDF', other('a PDF document')],
  ['%!PS', other('a PostScript document')],
  ['{\\rtf', other('an RTF document')],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', other('a Microsoft Office document')],
  ['LUCAM-RECORDER', other('a video of an astronomical camera (SER)')],
  ['\x1aE\xdf\xa3', other('a Matroska or WebM video')],
  ['FLV\x01', other('a Flash video')],
  ['\0\0\x01\xba', MPEG],
  ['\0\0\x01\xb3', MPEG],
  ['\0\0\0\x01', H264],
  ['\0\0\x01\x09', H264],
  ['\0\0\x01\x40', H264],
  ['\0\0\x01\x67', H264],
  ['OggS', other('an Ogg recording')],
  ['ID3', SOUND],
  ['fLaC', SOUND],
  ['PK\x03\x04', ZIP],
  ['PK\x05\x06', ZIP],
  ['PK\x07\x08', ZIP],
  ['\x1f\x8b', other('a gzip file')],
  ['BZh', other('a bzip2 file')],
  ['\xfd7zXZ\0', other('an xz file')],
  ['\x28\xb5\x2f\xfd', other('a Zstandard file')],
  ['7z\xbc\xaf\x27\x1c', other('a 7z archive')],
  ['Rar!', other('a RAR archive')],
  ['SQLite format 3\0', other('an SQLite database')],
  ['\x89HDF\r\n\x1a\n', other('an HDF5 file')],
  ['CDF\x01', NETCDF],
  ['CDF\x02', NETCDF],
  ['\0\x05\x16\x07', other("macOS's file about another file (AppleDouble)")],
  ['L\0\0\0\x01\x14\x02\0', other('a Windows shortcut')],
  ['\x7fELF', other('a program')],
  ['MZ', other('a program')],
];
