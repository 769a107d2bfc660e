package io.github.peft4j.task;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.model.ModelInput;

/**
 * A finder of answers in texts, with adapters. The head ({@code qa_outputs}) stays out of the
 * adapted layers, is trained whole and saved with the adapter.
 *
 * <p>As in PEFT, {@code token_type_ids} and {@code position_ids} do not reach the base: an adapter
 * trained without them must be used without them. A merged model gets them again.
 */
public final class PeftModelForQuestionAnswering extends PeftModel {

    PeftModelForQuestionAnswering(BaseModel base) {
        super(base);
    }

    @Override
    protected ModelInput callOf(ModelInput input) {
        return input.without(ModelInput.TOKEN_TYPE_IDS).without(ModelInput.POSITION_IDS);
    }
}
