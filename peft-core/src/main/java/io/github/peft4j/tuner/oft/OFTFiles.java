package io.github.peft4j.tuner.oft;

import com.google.common.base.Splitter;
import com.google.common.primitives.Ints;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.option.ConfigReader;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What files of older PEFT versions need; the numbers in them mean something else today. */
final class OFTFiles {

    private static final String SIZE = "oft_block_size";

    private OFTFiles() {}

    /**
     * Refuses the config file of a version whose tensors have another meaning, and warns where the
     * formula has changed a little.
     */
    static void check(ConfigReader json) {
        if (!json.isFile()) {
            return;
        }
        if (!json.has(SIZE)) {
            throw new IllegalArgumentException(
                    SIZE
                            + " is missing, so the adapter was made before PEFT 0.14.0, and its"
                            + " weights do not fit OFT as it is now. Train it again, or use it with"
                            + " Python PEFT 0.13.0.");
        }
        json.read(
                "use_cayley_neumann",
                series -> json.read("peft_version", version -> warn(json, series, version)));
        if (!json.has("peft_version")) {
            json.read("use_cayley_neumann", series -> warn(json, series, "0.0.0"));
        }
    }

    private static void warn(ConfigReader json, @Nullable Object series, @Nullable Object version) {
        if (Boolean.TRUE.equals(series) && version instanceof String text && isBefore018(text)) {
            json.warn(
                    "The adapter was made by PEFT "
                            + text
                            + "; the Cayley-Neumann parameterization (use_cayley_neumann) changed"
                            + " slightly in 0.18.0. Train it again, or expect outputs that differ a"
                            + " little.");
        }
    }

    private static boolean isBefore018(String version) {
        Iterator<String> parts = Splitter.on('.').split(version).iterator();
        Integer major = Ints.tryParse(parts.next());
        Integer minor = parts.hasNext() ? Ints.tryParse(parts.next()) : null;
        return major != null && minor != null && major == 0 && minor < 18;
    }

    /** Refuses tensor files of a version that knew no blocks of triangles. */
    static void refuseRetiredKeys(AdapterSetBuilder set) {
        set.addRetired(
                ".oft_r.",
                "it is an old OFT checkpoint. Train the adapter again, or use it with Python PEFT"
                        + " up to 0.15.2.");
    }
}
