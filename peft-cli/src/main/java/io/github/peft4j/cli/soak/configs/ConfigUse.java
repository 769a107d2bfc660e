package io.github.peft4j.cli.soak.configs;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.chat.ChatTemplateFiles;
import io.github.peft4j.task.folder.AdapterTokenizer;
import io.github.peft4j.task.folder.SentenceModules;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Loads a folder with changed files and uses what was loaded; each step may be refused. */
final class ConfigUse implements AutoCloseable {

    /** Bases that stay loaded for the next adapters. */
    private static final int MOST_BASES = 6;

    /** Choices of a token until a text is long enough for a trial. */
    private static final int CHOICES = 24;

    private static final long[][] IDS = {{5, 6, 7}};

    private static final List<ChatMessage> CONVERSATION =
            List.of(ChatMessage.user("Who paid?"), new ChatMessage("assistant", "I."));

    private static final ImmutableMap<String, AutoClass> HEADS =
            ImmutableMap.of(
                    "ForMaskedLM", AutoClass.MASKED_LM,
                    "ForSequenceClassification", AutoClass.SEQUENCE_CLASSIFICATION,
                    "ForTokenClassification", AutoClass.TOKEN_CLASSIFICATION,
                    "ForQuestionAnswering", AutoClass.QUESTION_ANSWERING,
                    "ForCausalLM", AutoClass.CAUSAL_LM,
                    "LMHeadModel", AutoClass.CAUSAL_LM,
                    "ForConditionalGeneration", AutoClass.SEQ_2_SEQ_LM);

    private final Map<Path, TransformerModel> bases = new LinkedHashMap<>();

    /** A step that may fail. */
    private interface Step {

        void run() throws IOException;
    }

    /** Ends a text that is long enough. */
    private static final class Enough extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    /** The worst of what came of it. */
    Judgement judge(ConfigSource source, Path folder) {
        Judgement worst = Judgement.LOADED;
        if (source.base() != null) {
            Path base = source.base();
            worst = worse(worst, folder, () -> adapter(base(base, source.model()), source, folder));
        } else if (!source.model().isEmpty()) {
            worst = worse(worst, folder, () -> checkpoint(source, folder));
        }
        if (Files.exists(folder.resolve("modules.json"))) {
            worst = worse(worst, folder, () -> SentenceModules.read(List.of(folder)).usualPrompt());
        }
        Path checkpoint = source.base() == null ? folder : source.base();
        if (Files.exists(checkpoint.resolve("tokenizer.json"))) {
            worst = worse(worst, folder, () -> text(checkpoint, folder));
        }
        return worst;
    }

    private static Judgement worse(Judgement worst, Path folder, Step step) {
        Judgement now = Judgement.LOADED;
        try {
            step.run();
        } catch (Enough enough) {
            return worst;
        } catch (IOException | RuntimeException | Error thrown) {
            now = Judgement.of(thrown, folder);
        }
        return now.outcome().compareTo(worst.outcome()) > 0 ? now : worst;
    }

    private TransformerModel base(Path folder, String model) throws IOException {
        TransformerModel known = bases.get(folder);
        if (known != null) {
            return known;
        }
        if (bases.size() == MOST_BASES) {
            Path oldest = bases.keySet().iterator().next();
            TransformerModel gone = bases.remove(oldest);
            if (gone != null) {
                gone.close();
            }
        }
        TransformerModel base =
                Transformers.load(
                        folder,
                        head(model),
                        LoadOptions.builder().addConfigOverride("use_cache", false).build());
        bases.put(folder, base);
        return base;
    }

    private static AutoClass head(String model) {
        if (model.startsWith("AutoModel")) {
            return AutoClass.named(model);
        }
        return HEADS.entrySet().stream()
                .filter(head -> model.endsWith(head.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(AutoClass.MODEL);
    }

    private static void checkpoint(ConfigSource source, Path folder) throws IOException {
        AutoClass head = head(source.model());
        try (TransformerModel model = Transformers.load(folder, head, LoadOptions.DEFAULT)) {
            if (head == AutoClass.CAUSAL_LM || head == AutoClass.SEQ_2_SEQ_LM) {
                write(Generator.of(model), configOf(folder));
            } else {
                pass(model, null);
            }
        }
    }

    private static void adapter(TransformerModel base, ConfigSource source, Path folder)
            throws IOException {
        try (PeftModel model = PeftModels.fromPretrained(base, folder)) {
            if (head(source.model()) == AutoClass.CAUSAL_LM) {
                write(Generator.of(model), configOf(folder));
            } else {
                pass(base, model);
            }
        }
    }

    private static @Nullable GenerationConfig configOf(Path folder) throws IOException {
        return Files.exists(folder.resolve(GenerationConfig.FILE))
                ? GenerationConfig.fromPretrained(folder)
                : null;
    }

    /** Begins a text as the config says, and ends it soon. */
    private static void write(Generator generator, @Nullable GenerationConfig config) {
        int[] choices = {0};
        generator
                .with(
                        (row, scores) -> {
                            if (++choices[0] > CHOICES) {
                                throw new Enough();
                            }
                        })
                .generate(
                        PromptBatch.of(IDS),
                        config == null ? GenerationConfig.builder().build() : config);
    }

    private static void pass(BaseModel base, @Nullable PeftModel model) {
        try (NDManager manager = Engines.newManager();
                Gradients off = Gradients.off()) {
            ModelInput input =
                    ModelInput.of(
                            manager.create(IDS[0]).reshape(1, 3),
                            manager.create(new long[] {1, 1, 1}).reshape(1, 3));
            if (base.info().config().get("is_encoder_decoder") == Boolean.TRUE) {
                input =
                        input.with(
                                ModelInput.DECODER_INPUT_IDS, manager.create(IDS[0]).reshape(1, 3));
            }
            if (model != null) {
                model.forward(input);
            } else if (base instanceof TransformerModel transformer) {
                transformer.forward(input);
            }
        }
    }

    /** Encodes a text and writes a conversation. */
    private static void text(Path checkpoint, Path folder) throws IOException {
        try (Tokenizer tokenizer =
                checkpoint.equals(folder)
                        ? Tokenizer.fromPretrained(folder)
                        : AdapterTokenizer.load(checkpoint, folder)) {
            tokenizer.decode(tokenizer.encode("hello world").ids(), true);
            boolean chats =
                    !ChatTemplateFiles.read(folder).isEmpty()
                            || Files.exists(folder.resolve("adapter_passport.json"));
            if (chats) {
                tokenizer.chatTemplate().render(CONVERSATION, true);
            }
        }
    }

    @Override
    public void close() {
        bases.values().forEach(TransformerModel::close);
        bases.clear();
    }
}
