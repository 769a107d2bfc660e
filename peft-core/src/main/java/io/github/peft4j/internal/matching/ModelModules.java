package io.github.peft4j.internal.matching;

import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a model can be a target. */
public final class ModelModules {

    private ModelModules() {}

    /** The modules of a model as targets see them. */
    public static MatchableModules of(BaseModel model, @Nullable TaskType task) {
        List<ModuleInfo> modules = model.sites().stream().map(ModuleInfo::of).toList();
        MatchableModules all = MatchableModules.of(modules);
        String leftOut = leftOut(model.info(), modules, task);
        return leftOut == null ? all : all.leaveOutOfAllLinear(leftOut);
    }

    private static @Nullable String leftOut(
            ModelInfo info, List<ModuleInfo> modules, @Nullable TaskType task) {
        if (info.modelType() == null) {
            return null; // a plain block: PEFT's rule is for pretrained transformers
        }
        if (info.outputEmbedding() != null) {
            return info.outputEmbedding();
        }
        if (task != TaskType.SEQ_CLS) {
            return null;
        }
        for (String head : new String[] {"score", "classifier"}) {
            if (modules.stream().anyMatch(module -> module.path().equals(head))) {
                return head;
            }
        }
        return null;
    }
}
