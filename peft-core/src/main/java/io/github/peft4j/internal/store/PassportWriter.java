package io.github.peft4j.internal.store;

import ai.djl.engine.Engine;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.internal.text.LibraryVersion;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.BaseFingerprint;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.store.TensorFingerprint;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts the passports of adapters together: what the model knows, and what was told. */
final class PassportWriter {

    private final BaseModel base;
    private final SaveAdapterOptions options;
    private final Optional<String> baseFingerprint;

    PassportWriter(BaseModel base, SaveAdapterOptions options) throws IOException {
        this.base = base;
        this.options = options;
        baseFingerprint = BaseFingerprint.of(base);
    }

    /**
     * The passport of an adapter.
     *
     * @param told what was said of it before: by its folder or its trainer
     * @throws IllegalArgumentException if the labels are not as many as the head's outputs
     */
    AdapterPassport of(PeftConfig config, AdapterPassport told, Map<String, TensorView> tensors)
            throws IOException {
        AdapterPassport all = options.passport().over(told).over(known(config));
        if (LabelCheck.unnamed(told.labels()) && options.passport().labels().isEmpty()) {
            all = all.toBuilder().optLabels(base.labels()).build();
        }
        if (!base.labels().isEmpty() && all.labels().size() != base.labels().size()) {
            throw new IllegalArgumentException(
                    "The passport names %d labels %s, but the head has %d outputs, %s. Name one a output."
                            .formatted(
                                    all.labels().size(),
                                    all.labels(),
                                    base.labels().size(),
                                    base.labels()));
        }
        String name = options.baseModelName();
        return all.toBuilder()
                .optTaskType(config.taskType().or(all::taskType).orElse(null))
                .optBase(
                        name == null ? base.info().nameOrPath() : name,
                        baseFingerprint.orElse(null))
                .optBasePrecision(base.precision())
                .optAdapterFingerprint(TensorFingerprint.of(tensors.keySet(), tensors::get))
                .optAdapterTensors(TensorFingerprint.ofEach(tensors.keySet(), tensors::get))
                .optVersions(versions())
                .build();
    }

    static FileContent content(AdapterPassport passport) {
        return FileContent.utf8(passport.toJson() + "\n");
    }

    private AdapterPassport known(PeftConfig config) {
        List<String> labels = base.labels();
        Object problem = labels.isEmpty() ? null : base.info().config().get("problem_type");
        return AdapterPassport.builder()
                .optTaskType(config.taskType().orElse(null))
                .optLabels(labels)
                .optProblemType(problem instanceof String text ? text : null)
                .build();
    }

    private static ImmutableMap<String, String> versions() {
        return ImmutableSortedMap.of(
                "djl",
                Engine.getDjlVersion(),
                "peft",
                CommonOptions.PEFT_VERSION,
                "peft4j",
                LibraryVersion.text(),
                "pytorch",
                Engine.getEngine(Engines.PYTORCH).getVersion());
    }
}
