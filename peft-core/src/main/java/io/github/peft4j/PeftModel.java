package io.github.peft4j;

import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.report.EffectCheck;
import io.github.peft4j.internal.report.Rounding;
import io.github.peft4j.internal.report.StateOfLayers;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.runtime.DisableScope;
import io.github.peft4j.internal.store.AdapterFiles;
import io.github.peft4j.internal.store.StoredAdapter;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.report.LogitDrift;
import io.github.peft4j.report.MergeType;
import io.github.peft4j.report.MergeVerdict;
import io.github.peft4j.report.ModelStatus;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.store.SaveAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A base model with named adapters.
 *
 * <p>The base is a reference: never changed, never copied, shared by as many models as one likes.
 * This block's {@link #getParameters()} lists the adapters' tensors alone, so a DJL trainer trains,
 * decays and saves nothing else. Adapters may be added, loaded and switched while other threads
 * predict; a running pass keeps the adapters it started with.
 *
 * <p>As a DJL block it takes the base's arrays in the base's order and returns its main result.
 */
public class PeftModel extends CombiningModel {

    /** The name of the first adapter where none is given. */
    public static final String DEFAULT_ADAPTER = AdapterInventory.DEFAULT_NAME;

    private final AdapterRegistry registry;

    /**
     * Wraps a base; there is no adapter yet. Use {@link PeftModels}, which finds the class for the
     * config's task and gives the model its first adapter.
     */
    protected PeftModel(BaseModel base) {
        super(base);
        registry = registry();
    }

    /**
     * Adds an adapter with start values. It is not active and does not train until {@link
     * #setAdapter}.
     *
     * @throws IllegalArgumentException if the name is taken, or the config does not fit the base or
     *     the other adapters; nothing has changed then
     */
    public final void addAdapter(String name, PeftConfig config) {
        registry.add(name, config);
    }

    /**
     * Adds an adapter with the tensors of another, which then go separate ways.
     *
     * @throws IllegalArgumentException if the new name is taken or the old one unknown
     */
    public final void copyAdapter(String from, String name) {
        registry.copy(from, name);
    }

    /**
     * Loads an adapter for prediction. It is not active until {@link #setAdapter}. Loading into a
     * name that exists keeps its config and overwrites the tensors that both have, as in PEFT.
     *
     * @param directory adapter_config.json and adapter_model.safetensors
     * @return which tensors the file lacked and which it had too many
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     */
    public final LoadReport loadAdapter(Path directory, String name) throws IOException {
        return loadAdapter(directory, name, LoadAdapterOptions.DEFAULT);
    }

    /** Loads an adapter; see {@link #loadAdapter(Path, String)}. */
    public final LoadReport loadAdapter(Path directory, String name, LoadAdapterOptions options)
            throws IOException {
        return StoredAdapter.load(registry, directory, name, options);
    }

    /**
     * Makes these adapters active, the first innermost; they train unless they were loaded for
     * prediction, and all others stop training.
     *
     * @throws IllegalArgumentException if there is no name, a name is unknown, or two of them own a
     *     copy of one module
     */
    public final void setAdapter(String... names) {
        registry.activate(ImmutableList.copyOf(names));
    }

    /**
     * Weights an adapter's contribution, in this activation and all later ones: 1 is what its
     * config says ({@code lora_alpha / r}), 0 is none.
     *
     * @throws IllegalArgumentException if the name is unknown, the factor is not finite, or the
     *     adapter is none that only adds to its layers
     */
    public final void setScale(String name, double factor) {
        registry.scale(name, factor);
    }

    /** Makes an activation active: adapters with scales, or silent in some layers. */
    public final void setActivation(Activation activation) {
        registry.activate(activation);
    }

    /**
     * Removes an adapter and frees its tensors when no running pass reads them any more; the first
     * remaining one becomes active if needed.
     *
     * @throws IllegalArgumentException if the name is unknown
     */
    public final void deleteAdapter(String name) {
        registry.delete(name);
    }

    /**
     * Switches the adapters off until the returned scope is closed: {@code try (var off =
     * model.disableAdapter()) { ... }}. Biases trained with {@code bias != none} stay, as in PEFT;
     * {@link Activation#none()} is the bare base. Merged weights are forgotten, as in PEFT.
     */
    public final DisabledAdapters disableAdapter() {
        registry.unmerge();
        return disable(ImmutableList.of());
    }

    /**
     * Switches the adapters of named layers off until the returned scope is closed.
     *
     * @param layers paths of layers or saved modules, or their ends after a dot
     * @throws IllegalArgumentException if there is no name, or one fits no adapted layer
     */
    public final DisabledAdapters disableAdapter(String... layers) {
        registry.adapters().checkAdapted(Arrays.asList(layers));
        return disable(ImmutableList.copyOf(layers));
    }

    private DisabledAdapters disable(ImmutableList<String> layers) {
        DisableScope silence = registry.silence(layers);
        return new DisabledAdapters(() -> registry.end(silence));
    }

    /**
     * A model that holds the weights with the active adapters merged in and shares all others with
     * the base. Neither the base nor this model changes; the new model owns the merged weights.
     *
     * @throws UnsupportedFeatureException if an active adapter has no weight form
     * @throws IllegalArgumentException if an active adapter changes the model's inputs
     * @throws IllegalStateException if a merged weight is not finite
     */
    public final MergedModel mergeAndUnload() {
        return MergedModel.of(registry, registry.activation().names());
    }

    /**
     * A model with these adapters merged into their layers, whatever is active there. Modules that
     * are saved whole are those of the active adapters, as in PEFT.
     *
     * @throws IllegalArgumentException if a name is unknown
     */
    public final MergedModel mergeAndUnload(String... names) {
        return MergedModel.of(registry, ImmutableList.copyOf(names));
    }

    /**
     * A model without adapters in its layers that keeps the active adapters' modules that are saved
     * whole, and trained biases, as in PEFT. The bare base is {@link #base()}.
     */
    public final MergedModel unload() {
        return MergedModel.of(registry, ImmutableList.of());
    }

    /**
     * Computes the weights with the active adapters merged in, once, and serves them from now on in
     * the adapted layers: faster passes, until {@link #unmergeAdapter} or {@link #setAdapter}. The
     * base does not change.
     *
     * @throws UnsupportedFeatureException if an active adapter has no weight form
     * @throws IllegalStateException if a merged weight is not finite; nothing has changed then
     */
    public final void mergeAdapter() {
        registry.merge(registry.activation().names());
    }

    /**
     * Merges these adapters, whatever is active, in addition to those that are merged already: in
     * their layers they act alone.
     *
     * @throws IllegalArgumentException if a name is unknown
     */
    public final void mergeAdapter(String... names) {
        registry.merge(ImmutableList.copyOf(names));
    }

    /**
     * What merging would leave of these adapters, of the active ones if none is named, where the
     * merged weights are kept or saved in a smaller type: layer by layer the size of the change
     * against the rounding step, and a recommendation. Changes nothing.
     *
     * @throws UnsupportedFeatureException if an adapter has no weight form
     * @throws IllegalArgumentException if a name is unknown
     */
    public final MergeVerdict mergeVerdict(MergeType type, String... names) {
        return new Rounding(base(), type).verdict(registry, namesOrActive(names));
    }

    /**
     * How far the logits for an input move if these adapters, or the active ones, are merged and
     * the merged weights rounded: what {@link #mergeVerdict} tells of the weights, shown in use.
     */
    public final LogitDrift mergeDrift(MergeType type, ModelInput input, String... names) {
        ImmutableList<String> chosen = namesOrActive(names);
        try (MergedModel merged = MergedModel.of(registry, chosen)) {
            new Rounding(base(), type).apply(merged.substitutes());
            return LogitDrift.between(
                    forward(input, Activation.none()).logits(),
                    forward(input, Activation.of(chosen)).logits(),
                    merged.forward(input).logits());
        }
    }

    private ImmutableList<String> namesOrActive(String... names) {
        return ImmutableList.copyOf(
                names.length == 0 ? registry.activation().names() : Arrays.asList(names));
    }

    /** Forgets merged weights, so that the active adapters act again: exactly as before. */
    public final void unmergeAdapter() {
        registry.unmerge();
    }

    /** Adapters whose merged weights are served; empty if none. */
    public final List<String> mergedAdapters() {
        return registry.mergedNames();
    }

    /**
     * Writes every adapter in PEFT's format: {@code default} into the directory, others into
     * sub-directories of their names. All files are complete before the first old one is replaced.
     */
    public final void savePretrained(Path directory) throws IOException {
        savePretrained(directory, SaveAdapterOptions.DEFAULT);
    }

    /** Writes these adapters; see {@link #savePretrained(Path)}. */
    public final void savePretrained(Path directory, String... names) throws IOException {
        savePretrained(directory, SaveAdapterOptions.builder().optSelectedAdapters(names).build());
    }

    /** Writes adapters; see {@link #savePretrained(Path)}. */
    public final void savePretrained(Path directory, SaveAdapterOptions options)
            throws IOException {
        AdapterFiles.save(registry, directory, options);
    }

    /** The active adapters, the first innermost. */
    public final List<String> activeAdapters() {
        return registry.activation().names();
    }

    /** Which adapters act now, and how. */
    public final Activation activation() {
        return registry.activation();
    }

    /** All adapters by name, in the order in which they came. */
    public final Map<String, PeftConfig> peftConfig() {
        return registry.adapters().configs();
    }

    /** What making the adapter, or loading it last, found. */
    public final LoadReport loadReport(String name) {
        return registry.adapters().entry(name).report();
    }

    /**
     * Whether an adapter changes now what its base computes: what its tensors say, or a weight that
     * they make. Where neither tells, as of prompts, two passes over six fixed ids do, without it
     * and with it. Changes nothing.
     *
     * @return {@link Effect#NOT_ASKED} where only a pass would tell and the base takes no ids
     * @throws IllegalArgumentException if the name is unknown
     */
    public final Effect effect(String name) {
        AdapterSet set = registry.adapters().require(name);
        return registry.reading(() -> new EffectCheck(base(), set).probed());
    }

    /** What is known of an adapter besides its config: what its folder or its trainer has said. */
    public final AdapterPassport passport(String name) {
        return registry.adapters().entry(name).passport();
    }

    /** Says what an adapter is for; {@link #savePretrained} writes it. */
    public final void setPassport(String name, AdapterPassport passport) {
        registry.describe(name, passport);
    }

    /** The parts of an adapter. */
    public final AdapterSet adapter(String name) {
        return registry.adapters().require(name);
    }

    /** The tensors that train now, by their key in the adapter's file. */
    public final Map<String, Parameter> trainableTensors() {
        return registry.trainableTensors();
    }

    /** How many numbers train and how many there are. */
    public final ParameterCount trainableParameters() {
        return registry.count();
    }

    /** Prints the count on standard output, in PEFT's words. */
    public final void printTrainableParameters() {
        System.out.println(trainableParameters());
    }

    /**
     * The state of the model and of each layer with an adapter: PEFT's {@code get_model_status} and
     * {@code get_layer_status}. Its text is made for people.
     */
    public final ModelStatus status() {
        return StateOfLayers.of(getClass().getSimpleName(), registry);
    }

    /** All adapter tensors, by {@code adapter.key}: what a DJL trainer registers. */
    @Override
    public final ParameterList getDirectParameters() {
        return registry.adapters().parameterList();
    }

    @Override
    protected final Predicate<Parameter> mayTrain() {
        return ImmutableSet.copyOf(trainableTensors().values())::contains;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + registry.adapters().configs().keySet();
    }
}
