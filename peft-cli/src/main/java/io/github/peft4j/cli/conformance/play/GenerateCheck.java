package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Generates with each setting of a case and compares the ids, and texts where there are some. */
public final class GenerateCheck {

    private static final Gson GSON =
            new GsonBuilder()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .serializeNulls()
                    .create();

    private final Path model;
    private final JsonObject description;
    private final ExpectedFile expected;
    private final Comparison comparison;
    private final GenerationConfig config;

    private GenerateCheck(
            Path model,
            JsonObject description,
            ExpectedFile expected,
            Comparison comparison,
            GenerationConfig config) {
        this.model = model;
        this.description = description;
        this.expected = expected;
        this.comparison = comparison;
        this.config = config;
    }

    /**
     * The check of a case.
     *
     * @param model folder of the base, whose generation settings the case's lie over
     */
    public static GenerateCheck of(
            Path model, JsonObject description, ExpectedFile expected, Comparison comparison)
            throws Exception {
        return new GenerateCheck(
                model, description, expected, comparison, GenerationConfig.fromPretrained(model));
    }

    /** Answers prompts of {@code input_ids} and {@code attention_mask}. */
    public void run(String what, Generator generator, Map<String, NDArray> prompts)
            throws Exception {
        NDArray ids = prompts.get("input_ids");
        NDArray mask = prompts.get("attention_mask");
        if (ids == null || mask == null) {
            throw new CaseFailure("there are no input_ids and attention_mask to generate from");
        }
        generate(what, generator, PromptBatch.of(rows(ids), rows(mask)));
    }

    /** Answers the case's texts, padded as the case says, and compares the texts of the answers. */
    public void runTexts(Generator generator) throws Exception {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(model)) {
            String side = description.get("generate_padding_side").getAsString();
            EncodeOptions options =
                    EncodeOptions.builder()
                            .optPadding(PaddingStrategy.LONGEST)
                            .optPaddingSide(Side.of(side))
                            .build();
            ImmutableList<TextInput> texts =
                    ExpectedFile.strings(description.get("texts")).stream()
                            .map(TextInput::of)
                            .collect(ImmutableList.toImmutableList());
            GenerationResult answers =
                    generate("", generator, PromptBatch.of(tokenizer.encodeAll(texts, options)));
            ImmutableList<String> ours =
                    answers.sequences().stream()
                            .map(row -> tokenizer.decode(row.toArray(), true))
                            .collect(ImmutableList.toImmutableList());
            comparison.equal(
                    "generated_texts",
                    ours,
                    ExpectedFile.strings(description.get("generated_texts")));
        }
    }

    /** Runs every setting; gives the last one's answers. */
    private GenerationResult generate(String what, Generator generator, PromptBatch prompts)
            throws CaseFailure {
        GenerationResult last = null;
        for (Map.Entry<String, JsonElement> setting :
                description.getAsJsonObject("generate").entrySet()) {
            Map<String, Object> arguments =
                    GSON.fromJson(setting.getValue(), new TypeToken<Map<String, Object>>() {});
            last = generator.generate(prompts, config.with(arguments));
            String name = "gen." + setting.getKey();
            NDArray theirs = expected.tensors().get(name);
            if (theirs == null) {
                throw new CaseFailure("there is no tensor " + name);
            }
            comparison.equal(
                    what + name,
                    last.sequences(),
                    Arrays.stream(rows(theirs))
                            .map(ImmutableLongArray::copyOf)
                            .collect(ImmutableList.toImmutableList()));
        }
        if (last == null) {
            throw new CaseFailure("there is no setting to generate with");
        }
        return last;
    }

    private static long[][] rows(NDArray array) {
        Shape shape = array.getShape();
        int width = (int) shape.get(1);
        long[] all = array.toLongArray();
        long[][] rows = new long[(int) shape.get(0)][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(all, row * width, (row + 1) * width);
        }
        return rows;
    }
}
