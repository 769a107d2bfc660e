package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.combine.SwappableMethod;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.create.AdapterFactory;
import io.github.peft4j.internal.report.EffectCheck;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.io.file.StableFolder;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.CreatedAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An adapter on disk whose config was read: the one way from a file to an adapter, a new one or one
 * that the model has. Its tensors become those of the adapter; only what the file lacks is drawn.
 *
 * @param folder holds adapter_config.json and adapter_model.safetensors
 * @param loaded the config and what was odd about it
 * @param options how to load
 */
public record StoredAdapter(Path folder, LoadedConfig loaded, LoadAdapterOptions options) {

    private static final Logger logger = LoggerFactory.getLogger(StoredAdapter.class);

    /** The files of an adapter. */
    public static final String FILES = "adapter_*";

    /**
     * Reads the config, and nothing else.
     *
     * @throws IOException if there is none, or it cannot be read
     */
    public static StoredAdapter in(Path directory, LoadAdapterOptions options) throws IOException {
        Path folder = directory.resolve(options.subfolder());
        return new StoredAdapter(folder, PeftConfig.load(folder), options);
    }

    /** The config as it is used here: frozen unless the adapter may train on. */
    public PeftConfig config() {
        return loaded.config().withInferenceMode(!options.trainable());
    }

    /**
     * Loads an adapter into a new or a known name of a model that others may use meanwhile: they
     * see the old adapter or the new one. Nothing changes if anything is wrong.
     *
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     */
    public static LoadReport load(
            AdapterRegistry registry, Path directory, String name, LoadAdapterOptions options)
            throws IOException {
        // What adds to a model waits for its passes, so the folder must be free again by then.
        try (ReadAdapter adapter =
                registry.reading(
                        () ->
                                StableFolder.read(
                                        directory.resolve(options.subfolder()),
                                        FILES,
                                        () -> in(directory, options).readFor(registry, name)))) {
            return adapter.publish();
        }
    }

    /** Reads it for a name of a model, and does not add it yet. */
    public ReadAdapter readFor(AdapterRegistry registry, String name) throws IOException {
        if (registry.adapters().contains(name)) {
            AdapterInventory.Entry known = registry.adapters().entry(name);
            NDManager scratch = Engines.newManager();
            try {
                AdapterValues values =
                        values(
                                registry.base(),
                                known.set(),
                                name,
                                known.report().warnings(),
                                scratch);
                AdapterValues told = values.with(lookedInto(registry, name, known, values));
                return ReadAdapter.intoKnown(registry, name, known.attachment(), told, scratch);
            } catch (IOException | RuntimeException e) {
                scratch.close();
                throw e;
            }
        }
        registry.adapters().checkFree(name);
        CreatedAdapter<?> created = created(() -> registry.attach(name, config()));
        AdapterValues values = fill(registry.base(), created, name);
        return ReadAdapter.asNew(registry, name, created, values);
    }

    /** Looks at what a known adapter will be, in one of its kind that nobody else sees. */
    private LoadReport lookedInto(
            AdapterRegistry registry,
            String name,
            AdapterInventory.Entry known,
            AdapterValues values)
            throws IOException {
        CreatedAdapter<?> trial = created(() -> registry.attachInPlaceOf(name, known.config()));
        try (AdapterSet set = trial.set()) {
            set.initializeFrom(known.set());
            set.initialize();
            try (Gradients off = Gradients.off()) {
                if (!values.transfer().copyTo(set.file())) {
                    return values.report(); // a new one of this config has not been pruned yet
                }
            }
            return looked(new EffectCheck(registry.base(), set), values.report());
        }
    }

    /**
     * Loads an adapter into the place of one that the model has, which keeps its name and its
     * layers; ranks may differ. Running passes keep the old one. Nothing changes if anything is
     * wrong.
     *
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     */
    public static LoadReport swap(AdapterRegistry registry, Path directory, String name)
            throws IOException {
        try (ReadAdapter adapter =
                registry.reading(
                        () ->
                                StableFolder.read(
                                        directory,
                                        FILES,
                                        () ->
                                                in(directory, LoadAdapterOptions.DEFAULT)
                                                        .readInPlaceOf(registry, name)))) {
            return adapter.publish();
        }
    }

    private ReadAdapter readInPlaceOf(AdapterRegistry registry, String name) throws IOException {
        AdapterInventory.Entry old = registry.adapters().entry(name);
        PeftMethod<?> method = PeftMethods.require(old.config().peftType());
        if (!(method instanceof SwappableMethod<?> swappable)) {
            throw new UnsupportedFeatureException(
                    "Adapter '"
                            + name
                            + "' is of method "
                            + method.type()
                            + ", whose adapters cannot take each other's place; LoRA's can, as in"
                            + " PEFT. Load the new one under a name of its own, and delete this"
                            + " one.");
        }
        PeftConfig config = swapped(swappable, name, old.config());
        CreatedAdapter<?> created = created(() -> registry.attachInPlaceOf(name, config));
        AdapterValues values =
                fill(registry.base(), created, name, report -> silence(swappable, created, report));
        return ReadAdapter.asReplacement(registry, name, old, created, values);
    }

    private <C extends PeftConfig> C swapped(
            SwappableMethod<C> method, String name, PeftConfig now) {
        if (!loaded.config().peftType().equals(now.peftType())) {
            throw new IllegalArgumentException(
                    folder
                            + " holds an adapter of method "
                            + loaded.config().peftType()
                            + ", and '"
                            + name
                            + "' is of method "
                            + now.peftType()
                            + "; a hot swap needs the same. Load it under a name of its own.");
        }
        Class<C> type = method.configType().configClass();
        return method.swapped(name, type.cast(now), type.cast(loaded.config()));
    }

    private static void silence(
            SwappableMethod<?> method, CreatedAdapter<?> created, LoadReport report) {
        if (!report.unexpectedKeys().isEmpty()) {
            throw new IllegalArgumentException(
                    report.folder()
                            + " holds tensors for layers that the adapter does not have: "
                            + Text.of(report.unexpectedKeys())
                            + ". A hot swap keeps the layers: load the adapter under a name of its"
                            + " own.");
        }
        method.silence(created.set(), report.missingKeys());
    }

    /** Loads an adapter that another one is made of. */
    public static CreatedAdapter<?> loadPart(BaseModel base, Path folder) throws IOException {
        StoredAdapter part = in(folder, LoadAdapterOptions.DEFAULT);
        String name = String.valueOf(folder.getFileName());
        CreatedAdapter<?> created =
                part.created(
                        () ->
                                AdapterFactory.create(
                                        base,
                                        part.config(),
                                        name,
                                        ImmutableMap.of(),
                                        ImmutableMap.of(),
                                        below -> loadPart(base, below)));
        AdapterValues values = part.fill(base, created, name);
        values.newRows().fill();
        return withWarnings(created, values.report().warnings());
    }

    private static <C extends PeftConfig> CreatedAdapter<C> withWarnings(
            CreatedAdapter<C> part, List<String> warnings) {
        return new CreatedAdapter<>(
                part.config(), part.set(), warnings, part.saving(), part.parts());
    }

    /** Says which file a config that cannot be used is in. */
    private CreatedAdapter<?> created(Supplier<CreatedAdapter<?>> adapter) throws IOException {
        Path file = folder.resolve(PeftConfig.FILE_NAME);
        try {
            return adapter.get();
        } catch (UncheckedIOException e) {
            throw new IOException(file + ": " + Text.message(e.getMessage()), e);
        } catch (NoMatchingModuleException e) {
            throw new NoMatchingModuleException(file + ": " + Text.message(e.getMessage()));
        } catch (UnsupportedFeatureException e) {
            throw new UnsupportedFeatureException(file + ": " + Text.message(e.getMessage()));
        } catch (IllegalArgumentException e) {
            // kinds of its own stay what they are, and so does what names its file already
            boolean told =
                    e.getClass() != IllegalArgumentException.class
                            || String.valueOf(e.getMessage()).contains(".json");
            throw told
                    ? e
                    : new IllegalArgumentException(file + ": " + Text.message(e.getMessage()), e);
        }
    }

    private AdapterValues fill(BaseModel base, CreatedAdapter<?> created, String name)
            throws IOException {
        return fill(base, created, name, report -> {});
    }

    /**
     * Fills an adapter that has no values yet.
     *
     * @param last sees what was found before anything is put into the adapter
     */
    private AdapterValues fill(
            BaseModel base, CreatedAdapter<?> created, String name, Consumer<LoadReport> last)
            throws IOException {
        AdapterSet set = created.set();
        AdapterValues values = null;
        try (NDManager scratch = Engines.newManager()) {
            values = values(base, set, name, created.warnings(), scratch);
            last.accept(values.report());
            values.apply();
            set.setTraining(
                    false); // the registry says who trains: others get no room for gradients
            set.initialize();
            return values.with(looked(new EffectCheck(base, set), values.report()));
        } catch (IOException | RuntimeException e) {
            set.close();
            if (values != null) {
                values.newRows().close();
            }
            throw e;
        }
    }

    /** A hundred adapters in memory need not carry the digests of their files. */
    private static AdapterPassport withoutTensors(AdapterPassport passport) {
        return passport.toBuilder().optAdapterTensors(Map.of()).build();
    }

    private AdapterValues values(
            BaseModel base, AdapterSet set, String name, List<String> before, NDManager scratch)
            throws IOException {
        AdapterPassport passport = AdapterPassport.read(folder).orElse(AdapterPassport.EMPTY);
        ImmutableList<String> odd =
                PassportCheck.againstBase(folder, passport, base, options.ownLabels());
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder)) {
            ImmutableList<String> warnings =
                    ImmutableList.<String>builder()
                            .addAll(loaded.warnings())
                            .addAll(before)
                            .addAll(odd)
                            .addAll(PassportCheck.numbers(folder, checkpoint))
                            .build();
            PassportCheck.tensors(folder, passport, checkpoint);
            if (options.ownLabels()) {
                LabelCheck.takeHead(set, base, checkpoint);
            } else if (!options.ignoreMismatchedSizes()) {
                LabelCheck.checkHead(set, base, checkpoint);
            }
            EmbeddingsInFile embeddings = EmbeddingsInFile.check(base, set, checkpoint);
            TensorTransfer transfer =
                    TensorTransfer.into(
                            set,
                            name,
                            checkpoint,
                            options,
                            scratch,
                            embeddings.names(),
                            EmbeddingsInFile.tokens(base));
            SidecarFile sidecar = SidecarFile.read(folder, set, scratch);
            LoadReport report =
                    read(
                            new EffectCheck(base, set),
                            sidecar.addTo(transfer.read(warnings)),
                            transfer.hint());
            return new AdapterValues(
                    transfer,
                    sidecar,
                    report,
                    transfer.storedTypes(),
                    withoutTensors(passport),
                    embeddings.newRows(base, checkpoint));
        }
    }

    /** Tells of an adapter of which nothing was read, or refuses it, before anything changes. */
    private LoadReport read(EffectCheck check, LoadReport report, String hint) throws IOException {
        if (!check.isUnread(report)) {
            return report;
        }
        String reason = check.unread(report);
        return options.requireEffect()
                ? without(
                        Effect.NOTHING_READ,
                        reason + (hint.isEmpty() ? check.doubt() : hint),
                        report)
                : warned( // a warning before this one has the hint
                        Effect.NOTHING_READ,
                        reason + (hint.isEmpty() ? check.doubt() : ""),
                        report);
    }

    /** The same of one that stands at its start; whoever trains it on knows that. */
    private LoadReport looked(EffectCheck check, LoadReport report) throws IOException {
        Effect effect = report.effect();
        if (effect == Effect.NOT_ASKED) {
            effect = options.requireEffect() ? check.probed() : check.now();
        }
        if (effect == Effect.AT_START && !options.trainable()) {
            return without(effect, check.atStart(report), report);
        }
        if (effect == Effect.MODULES_ALONE && !options.trainable()) {
            return warned(effect, check.modulesAlone(report), report);
        }
        return report.withEffect(effect);
    }

    private LoadReport without(Effect effect, String reason, LoadReport report) throws IOException {
        if (options.requireEffect()) {
            throw new IOException(
                    reason + " Load it without optRequireEffect if it is meant to be so.");
        }
        return warned(effect, reason, report);
    }

    private static LoadReport warned(Effect effect, String reason, LoadReport report) {
        logger.warn(Text.message(reason));
        return report.withEffect(effect).withWarning(reason);
    }
}
