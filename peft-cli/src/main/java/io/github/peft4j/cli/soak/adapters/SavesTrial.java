package io.github.peft4j.cli.soak.adapters;

import com.google.common.base.Splitter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.soak.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The process that is killed: saves one version after the other into a folder. */
public final class SavesTrial {

    private SavesTrial() {}

    /** Arguments: folder, names of the adapters. Prints a line when the first version is saved. */
    public static void main(String[] arguments) throws IOException {
        ChildJvm.endWithParent();
        Path folder = Path.of(arguments[0]);
        List<String> names = Splitter.on(',').splitToList(arguments[1]);
        try (VersionedAdapters adapters = new VersionedAdapters(names)) {
            for (int version = 1; true; version++) {
                try (PeftModel model = adapters.version(version)) {
                    model.savePretrained(folder);
                }
                if (version == 1) {
                    System.out.println("saving");
                }
            }
        }
    }
}
