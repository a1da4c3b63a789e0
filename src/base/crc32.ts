import { crcOver } from "./crc.ts";

/**
 * CRC-32 (0x04C11DB7) of some bytes, 0 to 2³² − 1: the check sum of zip.
 *
 * @see ISO 3309; https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.7
 */
export const crc32 = crcOver(0xedb88320);
