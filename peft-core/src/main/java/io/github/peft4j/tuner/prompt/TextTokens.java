package io.github.peft4j.tuner.prompt;

import io.github.peft4j.adapter.BaseModel;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text that a prompt starts from into ids. This library's core knows no tokenizer, so
 * whoever does announces himself with {@code @AutoService(TextTokens.class)}; peft-tasks does.
 */
public interface TextTokens {

    /**
     * The ids of a text, special tokens included.
     *
     * @param base the model; its own tokenizer is meant where the name is its own
     * @param nameOrPath {@code tokenizer_name_or_path}
     * @param options {@code tokenizer_kwargs}
     * @throws IllegalArgumentException if there is no such tokenizer or it has no such option
     */
    long[] ids(
            BaseModel base, String nameOrPath, Map<String, @Nullable Object> options, String text);

    /**
     * The one on the class path.
     *
     * @throws IllegalArgumentException if there is none
     */
    static TextTokens find() {
        return ServiceLoader.load(TextTokens.class, TextTokens.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "prompt_tuning_init TEXT needs a tokenizer, and nothing on"
                                                + " the class path has one. Add peft-tasks, or start"
                                                + " from RANDOM or SAMPLE_VOCAB."));
    }
}
