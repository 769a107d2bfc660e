package io.github.peft4j.tuner.prompt;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.SavesModules;
import java.util.List;

/** The config of a method that puts virtual tokens in front of a text. Needs a task type. */
public interface PromptLearningConfig extends SavesModules {

    /** The fields that all prompt methods share. */
    VirtualTokens virtualTokens();

    /** This config with others. */
    PromptLearningConfig withVirtualTokens(VirtualTokens value);

    @Override
    PromptLearningConfig withCommon(CommonFields common);

    @Override
    default List<String> modulesToSave() {
        List<String> names = virtualTokens().modulesToSave();
        return names == null ? ImmutableList.of() : names;
    }

    @Override
    default PromptLearningConfig withModulesToSave(List<String> names) {
        return withVirtualTokens(virtualTokens().withModulesToSave(names));
    }
}
