package io.github.peft4j.tuner.cpt;

import com.google.common.base.Preconditions;
import io.github.peft4j.config.TaskType;

/** What the options of a CPT config must obey together. */
final class CPTRules {

    private CPTRules() {}

    /** CPT is for language models, and its three lists belong together. */
    static void checkContext(CPTConfig config) {
        TaskType task = config.taskType().orElse(null);
        Preconditions.checkArgument(
                task == TaskType.CAUSAL_LM,
                "CPT is for task_type CAUSAL_LM, and it is %s. Set task_type, or use prompt"
                        + " tuning.",
                task);
        int ids = config.cptTokenIds().size();
        int mask = config.cptMask().size();
        int types = config.cptTokensTypeMask().size();
        Preconditions.checkArgument(
                ids == mask && ids == types,
                "cpt_token_ids, cpt_mask and cpt_tokens_type_mask have %s, %s and %s numbers. Give"
                        + " one of each for every token.",
                ids,
                mask,
                types);
    }
}
