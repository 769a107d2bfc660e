package io.github.peft4j.cli.methods;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonObject;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.ToyModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every kind of layer and every task, each on the smallest model that has it. All methods are tried
 * on the same models: nothing changes them.
 */
final class TrialPlaces implements AutoCloseable {

    /** Models of a task: not every method goes with every family. */
    private static final ImmutableListMultimap<TaskType, String> MODELS =
            ImmutableListMultimap.<TaskType, String>builder()
                    .putAll(TaskType.SEQ_CLS, "bert-seqcls", "gpt2-seqcls")
                    .putAll(TaskType.TOKEN_CLS, "bert-tokcls", "gpt2-tokcls")
                    .putAll(TaskType.QUESTION_ANS, "bert-qa", "bart-qa")
                    .putAll(TaskType.CAUSAL_LM, "llama-causal", "gpt2-causal")
                    .putAll(TaskType.SEQ_2_SEQ_LM, "t5-seq2seq", "bart-seq2seq")
                    .putAll(TaskType.FEATURE_EXTRACTION, "bert-base")
                    .build();

    private static final ImmutableMap<TaskType, String> AUTO_CLASSES =
            ImmutableMap.of(
                    TaskType.SEQ_CLS, "AutoModelForSequenceClassification",
                    TaskType.TOKEN_CLS, "AutoModelForTokenClassification",
                    TaskType.QUESTION_ANS, "AutoModelForQuestionAnswering",
                    TaskType.CAUSAL_LM, "AutoModelForCausalLM",
                    TaskType.SEQ_2_SEQ_LM, "AutoModelForSeq2SeqLM",
                    TaskType.FEATURE_EXTRACTION, "AutoModel");

    private final BaseModels models = new BaseModels(ImmutableList.of(Golden.path("models")));
    private final Map<String, BaseModels.Loaded> loaded = new LinkedHashMap<>();
    private final ToyModel stock = ToyModel.stock();

    /** One place for each kind of layer, by the head of its column. */
    ImmutableMap<String, TrialPlace> layers() throws IOException {
        ImmutableMap.Builder<String, TrialPlace> places = ImmutableMap.builder();
        BaseModel bert = load("bert-seqcls", TaskType.SEQ_CLS);
        BaseModel gpt2 = load("gpt2-causal", TaskType.CAUSAL_LM);
        BaseModel net = load("net-conv2d", null);
        places.put("linear", text(bert, null, first(bert, LayerKind.LINEAR)));
        places.put("transposed linear", text(gpt2, null, first(gpt2, LayerKind.CONV1D_TRANSPOSED)));
        places.put("embedding", text(bert, null, first(bert, LayerKind.EMBEDDING)));
        places.put(
                "convolution",
                new TrialPlace(net, null, first(net, LayerKind.CONVOLUTION), TrialPlaces::image));
        places.put("norm", text(bert, null, first(bert, LayerKind.NORM)));
        places.put("stock DJL", new TrialPlace(stock.base(), null, "up", stock::input));
        return places.buildOrThrow();
    }

    /** The places where an adapter for a task may act: a layer of each kind in each model. */
    ImmutableList<TrialPlace> of(TaskType task) throws IOException {
        ImmutableList.Builder<TrialPlace> places = ImmutableList.builder();
        for (String name : MODELS.get(task)) {
            BaseModel base = load(name, task);
            for (LayerKind kind : LayerKind.values()) {
                if (kind != LayerKind.OTHER
                        && base.sites().stream().anyMatch(site -> site.kind() == kind)) {
                    places.add(text(base, task, first(base, kind)));
                }
            }
        }
        return places.build();
    }

    private BaseModel load(String name, @Nullable TaskType task) throws IOException {
        BaseModels.Loaded model = loaded.get(name);
        if (model == null) {
            JsonObject cacheless = new JsonObject();
            cacheless.addProperty("use_cache", false); // what X-LoRA asks for
            JsonObject description = new JsonObject();
            description.addProperty("model", name);
            if (task != null) {
                description.addProperty("auto_class", AUTO_CLASSES.get(task));
                description.add("base_config", cacheless);
            }
            model = models.load(description);
            loaded.put(name, model);
        }
        return model.model();
    }

    private static String first(BaseModel base, LayerKind kind) {
        return base.sites().stream()
                .filter(site -> site.kind() == kind)
                .map(LayerSite::path)
                .findFirst()
                .orElseThrow();
    }

    private static TrialPlace text(BaseModel base, @Nullable TaskType task, String layer) {
        boolean decodes = task == TaskType.SEQ_2_SEQ_LM;
        Function<NDManager, ModelInput> input =
                scope -> {
                    ModelInput text =
                            ModelInput.of(ids(scope, 5), ids(scope, 5).onesLike())
                                    .with(ModelInput.TASK_IDS, scope.create(new long[] {1, 0}));
                    return decodes ? text.with(ModelInput.DECODER_INPUT_IDS, ids(scope, 3)) : text;
                };
        return new TrialPlace(base, task, layer, input);
    }

    /** Two texts of different tokens, from 5 on. */
    private static NDArray ids(NDManager scope, int length) {
        long[] ids = new long[2 * length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 5L + i;
        }
        return scope.create(ids, new Shape(2, length));
    }

    private static ModelInput image(NDManager scope) {
        Shape shape = new Shape(2, 4, 7, 6);
        NDArray pixels = scope.arange((float) shape.size()).sin().reshape(shape);
        return ModelInput.of(ImmutableMap.of("x", pixels));
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>(loaded.values());
        all.add(stock);
        for (AutoCloseable one : all) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
