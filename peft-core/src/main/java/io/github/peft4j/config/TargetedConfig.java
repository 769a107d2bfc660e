package io.github.peft4j.config;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.json.OneOrMany;
import java.util.List;
import java.util.Optional;

/** The config of a method that adapts layers of the model. */
public interface TargetedConfig extends HasModulesToSave {

    /** Which modules it selects. */
    TargetModules targets();

    /** This config with other targets: those found by matching, for example. */
    TargetedConfig withTargets(TargetModules targets);

    /** Whether the method can train modules whole besides. */
    default boolean hasModulesToSave() {
        return true;
    }

    /** Whether an adapted embedding may be written along with the adapter, as PEFT decides. */
    default boolean savesEmbeddings() {
        return true;
    }

    /** The targets, if the config names any; see {@link TargetModules}. */
    default Optional<OneOrMany<String>> targetModules() {
        return targets().targets();
    }

    /** Modules left out, if any. */
    default Optional<OneOrMany<String>> excludeModules() {
        return Optional.ofNullable(targets().excludeModules());
    }

    /** The layer indices it is restricted to, if any. */
    default Optional<OneOrMany<Integer>> layersToTransform() {
        return Optional.ofNullable(targets().layersToTransform());
    }

    /** Names of the list of layers, if given. */
    default Optional<OneOrMany<String>> layersPattern() {
        return Optional.ofNullable(targets().layersPattern());
    }

    @Override
    default TargetedConfig withModulesToSave(List<String> names) {
        return withTargets(targets().withModulesToSave(names));
    }

    @Override
    default List<String> modulesToSave() {
        List<String> modules = targets().modulesToSave();
        return modules == null ? ImmutableList.of() : modules;
    }
}
