package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.combine.IntruderOptions;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.BatchReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.transformers.TransformerModel;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every public method of a model that trains, called by another thread: it is refused, or what
 * trains does not notice. A listener waits for the answer in the middle of a step.
 */
@Timeout(120)
class TrainingHoldMethodsTest {

    private static final ToyTokens TRAIN = ToyTokens.of(16, 1);
    private static final TrainingArguments ARGUMENTS =
            TrainingArguments.builder()
                    .optLearningRate(1e-2)
                    .optGradientAccumulationSteps(2)
                    .optMaxSteps(2)
                    .build();

    private static final String SILENT = "0.attention.self.query";

    /** They return what there is, write files, or make a model of its own. */
    private static final ImmutableSet<String> READING =
            ImmutableSet.of(
                    "activation()",
                    "activeAdapters()",
                    "adapter(String)",
                    "base()",
                    "cast(DataType)",
                    "describeInput()",
                    "effect(String)",
                    "forward(ModelInput)",
                    "forward(ModelInput,Activation)",
                    "forward(ModelInput,ParameterStore,boolean)",
                    "forward(ModelInput,RowActivation)",
                    "forward(ModelInput,RowActivation,ParameterStore,boolean)",
                    "forward(ParameterStore,NDList,NDList,PairList)",
                    "forward(ParameterStore,NDList,boolean)",
                    "forward(ParameterStore,NDList,boolean,PairList)",
                    "getChildren()",
                    "getCustomMetadata()",
                    "getDirectParameters()",
                    "getInputShapes()",
                    "getOutputDataTypes()",
                    "getOutputShapes(Shape[])",
                    "getOutputShapes(Shape[],DataType[])",
                    "getParameters()",
                    "isInitialized()",
                    "loadReport(String)",
                    "mergeAndUnload()",
                    "mergeAndUnload(String[])",
                    "mergeDrift(MergeType,ModelInput,String[])",
                    "mergeVerdict(MergeType,String[])",
                    "mergedAdapters()",
                    "newStore()",
                    "passport(String)",
                    "peftConfig()",
                    "precision()",
                    "printTrainableParameters()",
                    "reading(Pass)",
                    "run(ModelInput,ParameterStore,boolean)",
                    "saveAsLora(String,Path,LoraConversionOptions)",
                    "saveParameters(DataOutputStream)",
                    "savePretrained(Path)",
                    "savePretrained(Path,SaveAdapterOptions)",
                    "savePretrained(Path,String[])",
                    "setInitializer(Initializer,String)", // knows no parameter of a model
                    "status()",
                    "toString()",
                    "trainableParameters()",
                    "trainableTensors()",
                    "unload()");

    @TempDir private Path folder;

    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base();
        model = model();
        model.savePretrained(folder, "default");
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    private PeftModel model() {
        PeftModel made = ToyModels.lora(base);
        made.copyAdapter("default", "other");
        return made;
    }

    /** Runs this in another thread within each step, and waits for it there. */
    private void train(ThrowingCallable meanwhile) throws IOException {
        TrainerListener intruder =
                new TrainerListener() {
                    @Override
                    public void onBatch(BatchReport report) {
                        CompletableFuture.runAsync(
                                        () -> assertThatCode(meanwhile).doesNotThrowAnyException())
                                .orTimeout(60, TimeUnit.SECONDS)
                                .join();
                    }
                };
        PeftTrainer.builder(model, ARGUMENTS).addListener(intruder).build().fit(TRAIN, null);
    }

    private Map<String, ThrowingCallable> refused(DisabledAdapters over) {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("setAdapter(String[])", () -> model.setAdapter("other"));
        calls.put("setActivation(Activation)", () -> model.setActivation(Activation.of("default")));
        calls.put("setScale(String,double)", () -> model.setScale("default", 0.5));
        calls.put("deleteAdapter(String)", () -> model.deleteAdapter("default"));
        calls.put("loadAdapter(Path,String)", () -> model.loadAdapter(folder, "default"));
        calls.put(
                "loadAdapter(Path,String,LoadAdapterOptions)",
                () -> model.loadAdapter(folder, "default", LoadAdapterOptions.DEFAULT));
        calls.put("hotswapAdapter(Path,String)", () -> model.hotswapAdapter(folder, "default"));
        calls.put("mergeAdapter()", model::mergeAdapter);
        calls.put("mergeAdapter(String[])", () -> model.mergeAdapter("other"));
        calls.put("unmergeAdapter()", model::unmergeAdapter);
        calls.put("disableAdapter()", model::disableAdapter);
        calls.put("disableAdapter(String[])", () -> model.disableAdapter("query"));
        calls.put("DisabledAdapters.close()", over::close);
        calls.put("writing(Supplier)", () -> model.writing(() -> "written"));
        calls.put("holdForTraining()", model::holdForTraining);
        calls.put("freezeParameters(boolean)", () -> model.freezeParameters(true));
        calls.put(
                "freezeParameters(boolean,Predicate)",
                () -> model.freezeParameters(false, parameter -> true));
        calls.put("clear()", model::clear);
        calls.put(
                "loadParameters(NDManager,DataInputStream)",
                () ->
                        model.loadParameters(
                                NDManager.newBaseManager(),
                                new DataInputStream(new ByteArrayInputStream(new byte[1]))));
        calls.put("close()", model::close);
        return calls;
    }

    /** Calls that change the model, and nothing that trains. */
    private Map<String, ThrowingCallable> unnoticed() {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put(
                "addAdapter(String,PeftConfig)",
                () -> model.addAdapter("late", model.peftConfig().get("other")));
        calls.put("copyAdapter(String,String)", () -> model.copyAdapter("other", "copy"));
        calls.put("loadAdapter(Path,String)", () -> model.loadAdapter(folder, "other"));
        calls.put(
                "loadAdapter(Path,String,LoadAdapterOptions)",
                () -> model.loadAdapter(folder, "loaded", LoadAdapterOptions.DEFAULT));
        calls.put("hotswapAdapter(Path,String)", () -> model.hotswapAdapter(folder, "other"));
        calls.put("setScale(String,double)", () -> model.setScale("other", 0.5));
        calls.put(
                "setPassport(String,AdapterPassport)",
                () -> model.setPassport("other", AdapterPassport.EMPTY));
        calls.put(
                "addWeightedAdapter(String,WeightedAdapterOptions)",
                () ->
                        model.addWeightedAdapter(
                                "sum",
                                WeightedAdapterOptions.builder().addAdapter("other", 0.5).build()));
        calls.put(
                "convertToLora(String,String,LoraConversionOptions)",
                () -> model.convertToLora("other", "smaller", LoraConversionOptions.ofRank(2)));
        calls.put(
                "reduceIntruderDimension(String,String,IntruderOptions)",
                () -> model.reduceIntruderDimension("other", "gentle", IntruderOptions.DEFAULT));
        calls.put(
                "initialize(NDManager,DataType,Shape[])",
                () ->
                        model.initialize(
                                NDManager.newBaseManager(), DataType.FLOAT32, new Shape(1, 4)));
        calls.put(
                "setInitializer(Initializer,Predicate)",
                () -> model.setInitializer(Initializer.ZEROS, parameter -> true));
        calls.put(
                "setInitializer(Initializer,Type)",
                () -> model.setInitializer(Initializer.ZEROS, Parameter.Type.WEIGHT));
        calls.put(
                "deleteAdapter(String)",
                () -> {
                    for (String name : Set.copyOf(model.peftConfig().keySet())) {
                        if (!name.equals("default") && !name.equals("other")) {
                            model.deleteAdapter(name);
                        }
                    }
                });
        return calls;
    }

    @Test
    void eachPublicMethodIsOneOrTheOther() {
        Set<String> known = new TreeSet<>(READING);
        known.addAll(refused(model.disableAdapter()).keySet());
        known.addAll(unnoticed().keySet());
        known.remove("DisabledAdapters.close()");

        assertThat(
                        Arrays.stream(PeftModel.class.getMethods())
                                .filter(method -> method.getDeclaringClass() != Object.class)
                                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                                .map(TrainingHoldMethodsTest::signature)
                                .collect(Collectors.toSet()))
                .as("say of each method what it does while another thread trains the model")
                .containsExactlyInAnyOrderElementsOf(known);
    }

    private static String signature(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(",", method.getName() + "(", ")"));
    }

    @Test
    void whatWouldChangeATrainingIsRefusedAtOnce() throws IOException {
        DisabledAdapters over = model.disableAdapter(SILENT);

        train(
                () ->
                        refused(over)
                                .forEach(
                                        (name, call) ->
                                                assertThatThrownBy(call)
                                                        .as(name)
                                                        .isInstanceOf(IllegalStateException.class)
                                                        .hasMessageContaining(
                                                                "trains the adapters [default]")));

        assertThat(model.activation()).isNotEqualTo(Activation.of("default"));
        over.close();
        over.close();
        assertThat(model.activation()).isEqualTo(Activation.of("default"));
        assertThat(trainedAs(SILENT)).isTrue();
    }

    @Test
    void whatLeavesATrainingAloneMayBeDoneMeanwhile() throws IOException {
        train(
                () -> {
                    for (ThrowingCallable call : unnoticed().values()) {
                        call.call();
                    }
                });

        assertThat(trainedAs()).isTrue();
    }

    /** Whether a training without interference gives the same bytes. */
    private boolean trainedAs(String... silent) throws IOException {
        try (PeftModel disturbed = model) {
            model = model();
            if (silent.length > 0) {
                model.disableAdapter(silent);
            }
            train(() -> {});
            return ToyModels.same(
                    ToyModels.bytes(disturbed.trainableTensors()),
                    ToyModels.bytes(model.trainableTensors()));
        }
    }
}
