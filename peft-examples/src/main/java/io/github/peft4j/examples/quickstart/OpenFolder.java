package io.github.peft4j.examples.quickstart;

import io.github.peft4j.PeftModel;
import io.github.peft4j.task.folder.AdapterFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An adapter's folder, opened with all that it needs. */
public final class OpenFolder {

    private OpenFolder() {}

    /** The labels of an adapter, whose base and tokenizer the folder names. */
    public static List<String> labels(Path adapter) throws IOException {
        // snippet: folder
        try (AdapterFolder folder = AdapterFolder.load(adapter)) {
            PeftModel model = folder.model(); // with the head that it was trained with
            model.printTrainableParameters();
            return folder.labels();
        }
        // end
    }
}
