package io.github.peft4j.task.translate;

import ai.djl.nn.Block;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.model.CheckpointOrigin;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.folder.SentenceModules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the caller has said of embeddings; the rest must be what the folders say.
 *
 * @param pooling whether how to pool was said
 * @param prompt whether a text to put in front was given
 * @param cut whether it was said how texts are cut
 * @param longest to how many tokens they are cut; empty if they are not
 */
record EmbeddingChoices(boolean pooling, boolean prompt, boolean cut, OptionalInt longest) {

    /** Compares with the folders of a model's checkpoint and active adapters. */
    void check(Block block) throws IOException {
        List<Path> folders = new ArrayList<>();
        boolean trained = false;
        BaseModel base = null;
        if (block instanceof PeftModel model) {
            base = model.base();
            for (String name : model.activeAdapters()) {
                AdapterPassport passport = model.passport(name);
                check(name, passport);
                trained |= passport.pooling().isPresent();
                Path folder = model.loadReport(name).folder();
                if (folder != null) {
                    folders.add(folder);
                }
            }
        } else if (block instanceof BaseModel bare) {
            base = bare;
        }
        Optional<CheckpointOrigin> origin = base == null ? Optional.empty() : base.origin();
        origin.ifPresent(checkpoint -> folders.add(checkpoint.directory()));
        check(SentenceModules.read(folders), trained);
    }

    private void check(String name, AdapterPassport passport) {
        String trained = passport.pooling().orElse("MEAN");
        boolean unit = passport.normalize().orElse(false);
        if (!pooling && (unit || !trained.equals("MEAN"))) {
            throw new IllegalArgumentException(
                    "Adapter '%s' was trained with pooling %s, normalize %s. Say so: optPooling(Pooling.%s).optNormalize(%s)."
                            .formatted(name, trained, unit, trained, unit));
        }
        if (!prompt && passport.prompts().values().stream().anyMatch(text -> !text.isEmpty())) {
            throw new IllegalArgumentException(
                    "Adapter '%s' was trained with texts in front of what is embedded: %s. Give one of them with optPrompt, or \"\" for none."
                            .formatted(name, passport.prompts()));
        }
        checkLength("The passport of adapter '%s'".formatted(name), passport.maxLength());
    }

    /**
     * Compares with modules.json.
     *
     * @param trained whether an adapter says by itself how to pool
     */
    private void check(SentenceModules modules, boolean trained) {
        if (!pooling && !trained) {
            modules.requireApplied("optPooling and optNormalize");
        }
        if (!prompt && modules.usualPrompt().isPresent()) {
            throw new IllegalArgumentException(
                    "config_sentence_transformers.json puts '%s' in front of each text. Say so with optPrompt; its prompts are %s, and \"\" is none."
                            .formatted(modules.usualPrompt().orElseThrow(), modules.prompts()));
        }
        checkLength("sentence_bert_config.json", modules.longestText());
    }

    private void checkLength(String source, OptionalInt most) {
        if (!cut
                && most.isPresent()
                && (longest.isEmpty() || longest.getAsInt() > most.getAsInt())) {
            throw new IllegalArgumentException(
                    "%s cuts texts to %d tokens. Say so: optEncodeOptions(EncodeOptions.truncatedTo(%d))."
                            .formatted(source, most.getAsInt(), most.getAsInt()));
        }
    }
}
