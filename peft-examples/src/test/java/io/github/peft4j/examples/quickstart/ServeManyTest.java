package io.github.peft4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.route.AdapterRouter;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeManyTest {

    private static final Path CHECKPOINT = Golden.path("models/bert-seqcls");

    @TempDir private Path folder;

    private static PeftModel fresh(BaseModel base) {
        return PeftModels.getPeftModel(
                base.block(), LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build());
    }

    private Path adapter(String name, String... labels) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel base =
                        Transformers.load(
                                CHECKPOINT,
                                TaskType.SEQ_CLS,
                                LoadOptions.builder().optLabels(List.of(labels)).build());
                PeftModel model = fresh(base)) {
            model.adapter(PeftModel.DEFAULT_ADAPTER)
                    .tensors()
                    .values()
                    .forEach(p -> manager.randomNormal(p.getShape()).copyTo(p.getArray()));
            model.savePretrained(folder.resolve(name));
        }
        return folder.resolve(name);
    }

    @Test
    void eachRequestGetsTheLabelsOfItsAdapter() throws Exception {
        Path moods = adapter("moods", "glad", "sad");
        Path topics = adapter("topics", "sport", "money", "art", "law");
        Path urgency = adapter("urgency", "now", "later");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(CHECKPOINT);
                TransformerModel base = Transformers.load(CHECKPOINT, TaskType.SEQ_CLS);
                PeftModel model = fresh(base);
                AdapterRouter router = ServeMany.open(model, moods, topics, urgency)) {
            List<Classifications> answers =
                    ServeMany.classify(
                            router, model, tokenizer, "topics", Collections.nCopies(32, "Who?"));
            assertThat(answers).hasSize(32);
            assertThat(answers.get(31).getClassNames())
                    .containsExactlyInAnyOrder("sport", "money", "art", "law");

            try (Predictor<Input, Output> predictor =
                    ServeMany.byProperty(router, model, tokenizer)) {
                assertThat(ServeMany.ask(predictor, "moods", "Who?")).contains("glad", "sad");
                assertThat(ServeMany.ask(predictor, "urgency", "Who?")).contains("now", "later");
            }
        }
    }

    @Test
    void writesWithAnAdapterForEachRow() throws Exception {
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
                PeftModel model =
                        PeftModels.fromPretrained(
                                base,
                                Golden.path("adapters/lora-causal-llama"),
                                "letters",
                                LoadAdapterOptions.EFFECTIVE)) {
            long[] prompt = {5, 6, 7};
            GenerationResult result = ServeMany.write(model, prompt, prompt);
            assertThat(result.newTokens(0)).isNotEqualTo(result.newTokens(1));
        }
    }
}
