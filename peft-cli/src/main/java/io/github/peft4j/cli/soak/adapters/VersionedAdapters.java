package io.github.peft4j.cli.soak.adapters;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A small base and adapters of which each file says the version: version v has the alpha v, the
 * rank 2 + v mod 3 and tensors full of v.
 */
final class VersionedAdapters implements AutoCloseable {

    private static final int FEATURES = 8;
    private static final int LAYERS = 4;

    private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    private final Block base;
    private final List<String> names;

    /** A base whose adapters have these names, the first of them {@code default}. */
    VersionedAdapters(List<String> names) {
        this.names = names;
        SequentialBlock layers = new SequentialBlock();
        for (int layer = 0; layer < LAYERS; layer++) {
            layers.add(Linear.builder().setUnits(FEATURES).build());
        }
        base = layers;
        base.initialize(manager, DataType.FLOAT32, new Shape(1, FEATURES));
    }

    private static LoraConfig config(int version) {
        return LoraConfig.builder()
                .optR(2 + version % 3)
                .optLoraAlpha(version)
                .optTargetModules("all-linear")
                .build();
    }

    /** The adapters of a version. */
    PeftModel version(int version) {
        PeftModel model = PeftModels.getPeftModel(base, config(version));
        names.subList(1, names.size()).forEach(name -> model.addAdapter(name, config(version)));
        for (String name : names) {
            model.adapter(name)
                    .tensors()
                    .values()
                    .forEach(
                            p -> {
                                try (NDArray all = manager.full(p.getShape(), (float) version)) {
                                    p.getArray().set(all.toByteBuffer());
                                }
                            });
        }
        return model;
    }

    /** What a pass gives; the same bits for the same tensors. */
    byte[] output(PeftModel model, String name) {
        try (NDManager scope = manager.newSubManager()) {
            ModelInput input =
                    ModelInput.of(ImmutableMap.of("x", scope.ones(new Shape(1, FEATURES))));
            return model.forward(input, Activation.of(name)).logits().toByteArray();
        }
    }

    /** Loads one adapter of a folder into a new model. */
    PeftModel load(Path folder) throws IOException {
        return PeftModels.fromPretrained(base, folder);
    }

    /**
     * The version that a folder holds, in all its files.
     *
     * @throws IOException if it is refused
     * @throws MixedException if its files are of several versions
     */
    int versionIn(Path folder) throws IOException {
        Set<Double> found = new TreeSet<>();
        for (String name : names) {
            Path at = name.equals(names.get(0)) ? folder : folder.resolve(name);
            try (PeftModel model = load(at)) {
                LoraConfig config = (LoraConfig) model.peftConfig().values().iterator().next();
                found.add(config.loraAlpha());
                if (config.r() != 2 + (int) config.loraAlpha() % 3) {
                    throw new MixedException(at + ": rank " + config.r() + " of " + found);
                }
                model.adapter(PeftModel.DEFAULT_ADAPTER)
                        .tensors()
                        .values()
                        .forEach(
                                p -> {
                                    for (float value : p.getArray().toFloatArray()) {
                                        found.add((double) value);
                                    }
                                });
            }
        }
        if (found.size() != 1) {
            throw new MixedException(folder + " holds versions " + found);
        }
        return found.iterator().next().intValue();
    }

    /** Files of several versions in one folder, loaded without an error. */
    static final class MixedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MixedException(String what) {
            super(what);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
