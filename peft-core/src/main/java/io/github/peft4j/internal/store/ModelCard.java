package io.github.peft4j.internal.store;

import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.store.AdapterPassport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** README.md beside an adapter, with the front matter that the Hugging Face hub reads. */
public final class ModelCard {

    static final String FILE_NAME = "README.md";

    private ModelCard() {}

    /**
     * The card for a directory: a card that somebody wrote there is kept, with our version line;
     * one that was written here is written again.
     */
    public static String text(
            Path directory, ModelInfo info, PeftConfig config, AdapterPassport passport)
            throws IOException {
        String version = "- PEFT " + CommonOptions.PEFT_VERSION;
        Path file = directory.resolve(FILE_NAME);
        if (Files.isRegularFile(file)) {
            String old = Files.readString(file, StandardCharsets.UTF_8);
            if (!old.contains(CardText.MARK)) {
                boolean hasLine = old.lines().anyMatch(version::equals);
                return hasLine ? old : old.stripTrailing() + "\n" + frameworks(version);
            }
        }
        String about = info.modelType() == null ? "" : CardText.of(config, passport) + "\n";
        return front(info, config, passport) + "\n" + about + frameworks(version);
    }

    private static String front(ModelInfo info, PeftConfig config, AdapterPassport passport) {
        ImmutableSortedSet.Builder<String> tags = ImmutableSortedSet.naturalOrder();
        tags.add(config.peftType().name().toLowerCase(Locale.ROOT));
        StringBuilder text = new StringBuilder("---\n");
        passport.baseNameOrPath()
                .ifPresent(
                        base -> {
                            tags.add("base_model:adapter:" + base);
                            text.append("base_model: ").append(quoted(base)).append('\n');
                        });
        if (info.modelType() != null) {
            tags.add("transformers");
        }
        text.append("library_name: peft\n");
        if (config.taskType().orElse(null) == TaskType.CAUSAL_LM) {
            text.append("pipeline_tag: text-generation\n");
        }
        text.append("tags:\n");
        tags.build().forEach(tag -> text.append("- ").append(quoted(tag)).append('\n'));
        return text.append("---\n").toString();
    }

    private static String frameworks(String version) {
        return "### Framework versions\n\n" + version + "\n";
    }

    /** YAML reads a quoted text as it stands, whatever a path contains. */
    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9_./-]+") ? text : "'" + text.replace("'", "''") + "'";
    }
}
