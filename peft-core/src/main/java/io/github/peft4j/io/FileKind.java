package io.github.peft4j.io;

import java.nio.charset.StandardCharsets;

/** What a file that is no safetensors file may be instead, judged by its first eight bytes. */
final class FileKind {

    private static final String GIT_LFS = "version ";
    private static final String ZIP = "PK\003\004";
    private static final byte PICKLE = (byte) 0x80;
    private static final int NEWEST_PICKLE = 5;

    private FileKind() {}

    /** An addition to an error's text; empty if the start tells nothing. */
    static String hint(byte[] start) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith(GIT_LFS)) {
            return " (this is a Git LFS pointer, not the data: run git lfs pull)";
        }
        boolean pickle = start[0] == PICKLE && start[1] <= NEWEST_PICKLE;
        if (pickle || text.startsWith(ZIP)) {
            return " (this looks like a PyTorch pickle under another name: convert it, renaming is"
                    + " not enough)";
        }
        return "";
    }
}
