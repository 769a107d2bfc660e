package io.github.peft4j.cli.methods;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a method did at a place where it acts: there is an adapter, and once its numbers have moved,
 * so has the output.
 *
 * @param atLayer whether there is an adapter at the place's layer
 * @param aroundCall whether there is one around the whole model
 * @param merges whether it can be merged, with the same output
 * @param mixes whether it can act on one row of a batch alone, with the same output
 * @param sums whether its sum with the weight 1 is there, with the same output
 * @param becomesLora whether it can be saved as LoRA, with the same output
 */
record MethodTrial(
        boolean atLayer,
        boolean aroundCall,
        boolean merges,
        boolean mixes,
        boolean sums,
        boolean becomesLora) {

    /** Tries a method; empty if it says that it does not go there, or changes nothing. */
    static Optional<MethodTrial> run(String method, TrialPlace place, Path scratch)
            throws IOException {
        try {
            PeftConfig config = SmallestConfigs.of(method, place, scratch);
            try (PeftModel model = PeftModels.getPeftModel(place.base().block(), config);
                    NDManager scope = NDManager.newBaseManager("PyTorch")) {
                AdapterSet adapter = model.adapter(PeftModel.DEFAULT_ADAPTER);
                move(adapter, scope);
                ModelInput input = place.input().apply(scope);
                NDArray acting = output(model.forward(input));
                if (same(acting, output(model.forward(input, Activation.none())))) {
                    return Optional.empty();
                }
                return Optional.of(
                        new MethodTrial(
                                adapter.layers().containsKey(place.layer()),
                                adapter.modelAdapter().isPresent(),
                                merges(model, input, acting),
                                mixes(model, input, acting),
                                sums(model, input, acting),
                                becomesLora(model, input, acting, place, scratch)));
            }
        } catch (IllegalArgumentException | UnsupportedFeatureException refusal) {
            return Optional.empty();
        }
    }

    /** Moves what the method itself trains; heads that are saved whole would always show. */
    private static void move(AdapterSet adapter, NDManager scope) {
        scope.getEngine().setRandomSeed(3);
        ImmutableSet<Parameter> heads =
                adapter.savedModules().values().stream()
                        .map(saved -> saved.parameter())
                        .collect(ImmutableSet.toImmutableSet());
        for (Parameter parameter : adapter.trainable()) {
            if (!heads.contains(parameter)) {
                Tensors.fill(parameter, scope.randomNormal(parameter.getArray().getShape()), 0.3);
            }
        }
    }

    private static boolean merges(PeftModel model, ModelInput input, NDArray acting) {
        try (MergedModel merged = model.mergeAndUnload()) {
            NDArray output = output(merged.forward(input));
            return same(output, acting);
        } catch (IllegalArgumentException | UnsupportedFeatureException refusal) {
            return false;
        }
    }

    /** The adapter on the first row, nothing on the others. */
    private static boolean mixes(PeftModel model, ModelInput input, NDArray acting) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < input.rows(); row++) {
            rows.add(row == 0 ? PeftModel.DEFAULT_ADAPTER : RowActivation.BASE);
        }
        assertThat(rows).as("rows of the trial").hasSizeGreaterThan(1);
        try {
            NDArray mixed = output(model.forward(input, RowActivation.of(rows)));
            NDArray plain = output(model.forward(input, Activation.none()));
            return same(mixed.get("0"), acting.get("0")) && same(mixed.get("1:"), plain.get("1:"));
        } catch (IllegalArgumentException | UnsupportedFeatureException refusal) {
            return false;
        }
    }

    private static boolean sums(PeftModel model, ModelInput input, NDArray acting) {
        WeightedAdapterOptions itself =
                WeightedAdapterOptions.builder().addAdapter(PeftModel.DEFAULT_ADAPTER, 1).build();
        try {
            model.addWeightedAdapter("sum", itself);
            return same(output(model.forward(input, Activation.of("sum"))), acting);
        } catch (IllegalArgumentException | UnsupportedFeatureException refusal) {
            return false;
        }
    }

    private static boolean becomesLora(
            PeftModel model, ModelInput input, NDArray acting, TrialPlace place, Path scratch)
            throws IOException {
        Path folder = Files.createTempDirectory(scratch, "lora");
        try {
            model.saveAsLora(PeftModel.DEFAULT_ADAPTER, folder, LoraConversionOptions.ofEnergy(1));
        } catch (IllegalArgumentException | UnsupportedFeatureException refusal) {
            return false;
        }
        try (PeftModel lora = PeftModels.fromPretrained(place.base().block(), folder)) {
            return same(output(lora.forward(input)), acting);
        }
    }

    private static NDArray output(ModelOutput output) {
        return output.arrays().values().iterator().next();
    }

    /** Virtual tokens may make an output longer. */
    private static boolean same(NDArray left, NDArray right) {
        return left.getShape().equals(right.getShape())
                && Tensors.relativeError(left, right) <= Tensors.OUTPUT;
    }
}
