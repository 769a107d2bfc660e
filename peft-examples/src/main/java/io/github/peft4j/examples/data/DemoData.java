package io.github.peft4j.examples.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The files that ship beside this class: {@code vader/tweets.tsv}, {@code mnist/...}, {@code
 * minilm/config.json}. A README.md in each folder says where they come from and under which
 * licence.
 */
public final class DemoData {

    private DemoData() {}

    /**
     * Opens a shipped file; the caller closes it.
     *
     * @param name folder and file, such as {@code vader/movies.tsv}
     * @throws FileNotFoundException if no such file is on the class path
     */
    public static InputStream open(String name) throws IOException {
        InputStream in = DemoData.class.getResourceAsStream(name);
        if (in == null) {
            throw new FileNotFoundException(
                    "No demo file '"
                            + name
                            + "' on the class path. Rebuild peft-examples with its resources.");
        }
        return in;
    }
}
