package io.github.peft4j.cli.conformance.model;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Checks that a model folder's tokenizer turns a case's texts into the case's ids. */
public final class TextInputs {

    private TextInputs() {}

    /** Throws if an id, a mask or a segment differs. */
    public static void check(Path model, JsonObject description, ExpectedFile expected)
            throws Exception {
        ImmutableList<String> texts = ExpectedFile.strings(description.get("texts"));
        boolean paired =
                description.has("text_pairs") && !description.get("text_pairs").isJsonNull();
        ImmutableList<String> pairs =
                paired ? ExpectedFile.strings(description.get("text_pairs")) : ImmutableList.of();
        ImmutableList.Builder<TextInput> inputs = ImmutableList.builder();
        for (int i = 0; i < texts.size(); i++) {
            inputs.add(
                    paired
                            ? TextInput.pair(texts.get(i), pairs.get(i))
                            : TextInput.of(texts.get(i)));
        }
        EncodeOptions options = EncodeOptions.builder().optPadding(PaddingStrategy.LONGEST).build();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(model)) {
            List<Encoding> rows = tokenizer.encodeAll(inputs.build(), options);
            compare("in.input_ids", rows, Encoding::ids, expected);
            compare("in.attention_mask", rows, Encoding::attentionMask, expected);
            compare("in.token_type_ids", rows, Encoding::typeIds, expected);
        }
    }

    private static void compare(
            String name,
            List<Encoding> rows,
            Function<Encoding, long[]> column,
            ExpectedFile expected)
            throws CaseFailure {
        NDArray theirs = expected.tensors().get(name);
        if (theirs == null) {
            return;
        }
        long[] ours = rows.stream().map(column).flatMapToLong(Arrays::stream).toArray();
        if (!Arrays.equals(ours, theirs.toLongArray())) {
            throw new CaseFailure(
                    "the tokenizer's "
                            + name
                            + " are "
                            + Arrays.toString(ours)
                            + ", Python's "
                            + Arrays.toString(theirs.toLongArray()));
        }
    }
}
