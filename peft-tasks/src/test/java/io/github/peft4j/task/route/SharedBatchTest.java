package io.github.peft4j.task.route;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of several lengths in one call get what each gets by itself. */
class SharedBatchTest {

    private static final long[][] TEXTS = {{5, 6, 7}, {9, 8, 4, 4, 6, 7, 8}, {4}, {7, 9, 5, 8}};

    private static ModelInput input(NDManager manager, long[] text) {
        NDArray ids = manager.create(new long[][] {text});
        return ModelInput.of(ids, ids.onesLike());
    }

    private static void move(PeftModel model, String adapter, NDManager manager) {
        for (Parameter p : model.adapter(adapter).trainable()) {
            Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, SEQ_CLS",
        "roberta-seqcls, SEQ_CLS",
        "llama-seqcls, SEQ_CLS",
        "gpt2-seqcls, SEQ_CLS",
        "bert-qa, QUESTION_ANS",
        "bert-tokcls, TOKEN_CLS",
        "llama-causal, CAUSAL_LM",
        "bert-base, FEATURE_EXTRACTION"
    })
    void eachGetsItsOwn(String name, TaskType task) throws IOException {
        LoraConfig config = LoraConfig.builder().optR(4).optTaskType(task).build();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel base = Transformers.load(Golden.path("models/" + name), task);
                PeftModel model = PeftModels.getPeftModel(base, config, "a")) {
            move(model, "a", manager);
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < TEXTS.length; i++) {
                String adapter = i % 2 == 0 ? "a" : RowActivation.BASE;
                requests.add(Request.of(adapter, input(manager, TEXTS[i])));
            }
            SharedBatch batch = new SharedBatch(requests);
            long padding =
                    base.info().config().get("pad_token_id") instanceof Number id
                            ? id.longValue()
                            : 0;

            batch.answer(model.forward(batch.input(manager, padding), batch.activation()));

            for (Request request : requests) {
                ModelOutput alone = model.forward(request.input(), request.activation());
                Map<String, NDArray> ours = request.answer().join().arrays();
                assertThat(ours).containsOnlyKeys(alone.arrays().keySet());
                ours.forEach(
                        (field, array) ->
                                Tensors.assertClose(
                                        array,
                                        Tensors.get(alone.arrays(), field),
                                        Tensors.OUTPUT,
                                        field));
            }
        }
    }

    /** The last position of a short text in a longer batch is padding. */
    @Test
    void aRequestForTheLastPositionAloneIsNotShared() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelInput all = input(manager, TEXTS[0]);

            assertThat(SharedBatch.takes(all)).isTrue();
            assertThat(SharedBatch.takes(all.withLogits(LogitsToKeep.LAST))).isFalse();
            assertThat(SharedBatch.takes(all.with(ModelInput.LABELS, manager.create(1L))))
                    .isFalse();
        }
    }

    /** An adapter at a table that all rows share has batches of its own; the others share. */
    @Test
    void onlyWhatCannotShareIsSetApart() throws Exception {
        LoraConfig.Builder config = LoraConfig.builder().optTaskType(TaskType.TOKEN_CLS);
        LoraConfig distances = config.optTargetModules("pos_key_proj").build();
        LoraConfig queries = config.optTargetModules("query_proj").build();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel base =
                        Transformers.load(
                                Golden.path("models/deberta-v2-tokcls"), TaskType.TOKEN_CLS);
                PeftModel model = PeftModels.getPeftModel(base, distances, "distances")) {
            model.addAdapter("queries", queries);
            move(model, "distances", manager);
            move(model, "queries", manager);
            try (AdapterRouter router = AdapterRouter.builder(model).build()) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    all.add(threads.submit(() -> ask(router, model)));
                }
                for (Future<?> each : all) {
                    each.get();
                }

                assertThat(router.apart()).containsExactly("distances");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Void ask(AdapterRouter router, PeftModel model) throws IOException {
        for (int i = 0; i < 12; i++) {
            String name = ImmutableList.of("distances", "queries", RowActivation.BASE).get(i % 3);
            try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                ModelInput input = input(manager, TEXTS[i % TEXTS.length]);
                Tensors.assertClose(
                        router.forward(name, input).logits(),
                        model.forward(input, Request.of(name, input).activation()).logits(),
                        Tensors.OUTPUT,
                        name);
            }
        }
        return null;
    }
}
