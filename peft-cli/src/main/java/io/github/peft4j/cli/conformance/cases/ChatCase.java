package io.github.peft4j.cli.conformance.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.text.GeneratedText;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.generate.text.TextPrompt;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import java.nio.file.Path;
import java.util.List;

/**
 * What a real chat model made of a conversation, or of a text: prompt, ids, answer; or the mean
 * loss of a token.
 */
record ChatCase(String name, BaseModels models, Check check) implements ConformanceCase {

    /** The model that {@code chats.json} was made with. */
    private static final String MODEL = "smollm2-causal";

    /** The limit for outputs. */
    private static final double LOSS = 1e-5;

    /** What is compared; gives the relative error. */
    @FunctionalInterface
    interface Check {
        double run(TransformerModel model, Tokenizer tokenizer, GenerationConfig config)
                throws CaseFailure;
    }

    @Override
    public double run() throws Exception {
        Path folder = models.find(MODEL);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder);
                TransformerModel model =
                        Transformers.load(folder, AutoClass.CAUSAL_LM, models.options())) {
            return check.run(model, tokenizer, GenerationConfig.fromPretrained(folder));
        }
    }

    /** The messages of a conversation, a list of objects with role and content. */
    static ImmutableList<ChatMessage> messages(JsonElement list) {
        ImmutableList.Builder<ChatMessage> messages = ImmutableList.builder();
        for (JsonElement element : list.getAsJsonArray()) {
            JsonObject message = element.getAsJsonObject();
            messages.add(
                    new ChatMessage(
                            message.get("role").getAsString(),
                            message.get("content").getAsString()));
        }
        return messages.build();
    }

    /** Writes the prompt and answers it. */
    static Check chat(JsonObject given, int newTokens) {
        return (model, tokenizer, config) -> {
            List<ChatMessage> messages = messages(given.get("messages"));
            TextGenerator generator =
                    TextGenerator.builder(
                                    tokenizer,
                                    Generator.of(model),
                                    config.toBuilder()
                                            .optMaxLength(null)
                                            .optMaxNewTokens(newTokens)
                                            .optDoSample(false)
                                            .build())
                            .build();
            TextPrompt prompt = generator.prompt(messages);
            equal("prompt", prompt.text(), given.get("prompt").getAsString());
            equal("input_ids", prompt.ids(), ids(given, "input_ids"));
            GeneratedText answer = generator.generatePrompts(List.of(prompt)).get(0);
            equal("ids", answer.ids(), ids(given, "ids"));
            equal("text", answer.text(), given.get("text").getAsString());
            return 0;
        };
    }

    /** Scores a text. */
    static Check text(JsonObject given) {
        return (model, tokenizer, config) -> {
            long[] ids = tokenizer.encode(given.get("text").getAsString()).ids();
            equal("input_ids", ImmutableLongArray.copyOf(ids), ids(given, "input_ids"));
            try (NDManager manager = Engines.newManager()) {
                NDArray row = manager.create(ids, new Shape(1, ids.length));
                NDArray mask = row.onesLike();
                ModelInput input =
                        ModelInput.of(row, mask)
                                .with(ModelInput.LABELS, row)
                                .withLogits(LogitsToKeep.NONE);
                double theirs = given.get("loss").getAsDouble();
                double ours = model.forward(input).loss().getFloat();
                double error = Math.abs(ours - theirs) / theirs;
                if (!(error <= LOSS)) {
                    throw new CaseFailure("the loss is " + ours + ", Python's " + theirs);
                }
                return error;
            }
        };
    }

    private static ImmutableLongArray ids(JsonObject given, String key) {
        ImmutableLongArray.Builder ids = ImmutableLongArray.builder();
        given.getAsJsonArray(key).forEach(id -> ids.add(id.getAsLong()));
        return ids.build();
    }

    private static void equal(String what, Object ours, Object theirs) throws CaseFailure {
        if (!ours.equals(theirs)) {
            throw new CaseFailure("the " + what + " is " + ours + ", Python's " + theirs);
        }
    }
}
