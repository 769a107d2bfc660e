package io.github.peft4j.internal.report;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.adapter.set.ParameterAdapter;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.internal.create.AdapterFactory;
import io.github.peft4j.internal.create.TaskCheck;
import io.github.peft4j.internal.matching.MatchFailure;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.report.AdapterPlan;
import io.github.peft4j.report.NearMatch;
import io.github.peft4j.report.PlannedLayer;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.AdapterSource;
import io.github.peft4j.tuner.CreatedAdapter;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Works out what a config would make of a base: an adapter whose tensors never get values. */
public final class Planning {

    private Planning() {}

    /**
     * The plan; nothing of it stays allocated.
     *
     * @param parts loads adapters that this one is made of
     */
    public static AdapterPlan of(BaseModel base, PeftConfig given, AdapterSource parts) {
        PeftConfig config = given.withInferenceMode(false); // a saved one is frozen
        TaskCheck.require(config, base.info());
        String name = AdapterInventory.DEFAULT_NAME;
        CreatedAdapter<?> made =
                AdapterFactory.create(
                        base, config, name, ImmutableMap.of(), ImmutableMap.of(), parts);
        try (AdapterSet set = made.set()) {
            AdapterInventory.Entry entry =
                    AdapterInventory.Entry.of(made, LoadReport.ofNew(made.warnings()));
            List<PlannedLayer> layers = layers(base, set);
            return new AdapterPlan(
                    config.peftType().name(),
                    base.info().className(),
                    layers,
                    config instanceof LayerConfig layerConfig
                            ? unmatched(layerConfig, base, set)
                            : ImmutableList.of(),
                    AdapterInventory.EMPTY.with(name, entry).count(base, ImmutableList.of(name)),
                    set.file().size(),
                    bytes(set),
                    made.warnings());
        }
    }

    private static List<PlannedLayer> layers(BaseModel base, AdapterSet set) {
        List<PlannedLayer> layers = new ArrayList<>();
        for (LayerSite site : base.sites()) {
            Adapter adapter = set.layers().get(site.path());
            if (adapter != null) {
                String type = site.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
                layers.add(new PlannedLayer(site.path(), type, size(adapter)));
            }
        }
        for (ParameterAdapter each : set.atParameters().values()) {
            layers.add(new PlannedLayer(each.name(), "parameter", size(each.adapter())));
        }
        Map<String, Long> copies = new LinkedHashMap<>();
        set.savedModules()
                .values()
                .forEach(
                        copy ->
                                copies.merge(
                                        copy.modulePath(),
                                        copy.parameter().getShape().size(),
                                        Long::sum));
        copies.forEach((path, size) -> layers.add(new PlannedLayer(path, "module copy", size)));
        return layers;
    }

    private static long size(Adapter adapter) {
        return adapter.parameters().values().stream()
                .map(Parameter::getShape)
                .mapToLong(Shape::size)
                .sum();
    }

    private static List<NearMatch> unmatched(LayerConfig config, BaseModel base, AdapterSet set) {
        OneOrMany<String> targets = config.targetModules().orElse(null);
        if (targets == null || targets.single()) {
            return ImmutableList.of(); // a regular expression, or all-linear
        }
        List<String> names =
                base.sites().stream()
                        .filter(site -> site.kind() != LayerKind.OTHER)
                        .map(LayerSite::path)
                        .toList();
        ImmutableList.Builder<NearMatch> unmatched = ImmutableList.builder();
        for (String target : targets.values()) {
            boolean selects =
                    set.layers().keySet().stream()
                            .anyMatch(path -> path.equals(target) || path.endsWith("." + target));
            if (!selects) {
                unmatched.add(new NearMatch(target, MatchFailure.near(target, names)));
            }
        }
        return unmatched.build();
    }

    private static long bytes(AdapterSet set) {
        Map<String, TensorView> file = new LinkedHashMap<>();
        set.file().forEach((key, tensor) -> file.put(key, new Unwritten(tensor)));
        return SafetensorsWriter.size(file, ImmutableMap.of("format", "pt"));
    }

    /** A tensor that has a type and a shape, and no bytes yet. */
    private record Unwritten(FileTensor tensor) implements TensorView {

        @Override
        public Dtype dtype() {
            if (!tensor.integers()) {
                return Dtype.F32;
            }
            return switch (tensor.integerBits()) {
                case 8 -> Dtype.U8;
                case 16 -> Dtype.I16;
                case 32 -> Dtype.I32;
                default -> Dtype.I64;
            };
        }

        @Override
        public Shape shape() {
            return tensor.shape();
        }

        @Override
        public void writeTo(WritableByteChannel out) throws IOException {
            throw new IOException("The tensor is planned only.");
        }
    }
}
