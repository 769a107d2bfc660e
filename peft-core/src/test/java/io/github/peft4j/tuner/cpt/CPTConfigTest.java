package io.github.peft4j.tuner.cpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.TaskType;
import java.util.List;
import org.junit.jupiter.api.Test;

class CPTConfigTest {

    private static CPTConfig.Builder builder() {
        return CPTConfig.builder().optTaskType(TaskType.CAUSAL_LM);
    }

    @Test
    void countsItsIdsWhateverIsGiven() {
        CPTConfig config =
                builder()
                        .setNumVirtualTokens(9)
                        .optNumTransformerSubmodules(2)
                        .optCptTokenIds(List.of(5, 6))
                        .build();

        assertThat(config.numVirtualTokens()).contains(2);
        assertThat(config.numTransformerSubmodules()).contains(1);
    }

    @Test
    void isForLanguageModels() {
        assertThatIllegalArgumentException()
                .isThrownBy(CPTConfig.builder().optTaskType(TaskType.SEQ_CLS)::build)
                .withMessageContaining("CPT is for task_type CAUSAL_LM, and it is SEQ_CLS");
    }

    @Test
    void refusesListsOfDifferentLengths() {
        assertThatIllegalArgumentException()
                .isThrownBy(builder().optCptTokenIds(List.of(1, 2)).optCptMask(List.of(1))::build)
                .withMessageContaining(
                        "cpt_token_ids, cpt_mask and cpt_tokens_type_mask have 2, 1 and 2 numbers");
        assertThatIllegalArgumentException()
                .isThrownBy(builder().optCptTokenIds(List.of())::build)
                .withMessageContaining("cpt_token_ids is empty");
    }

    @Test
    void warnsOfWhatActsOtherwiseThanItSays() {
        CPTConfig odd =
                builder().optCptTokensTypeMask(List.of(3)).optWeightedLossType("sometimes").build();

        assertThat(new CPTTuner().warnings(odd).toString())
                .contains("opt_weighted_loss_type 'sometimes'", "no multiple of 4");
        assertThat(new CPTTuner().warnings(builder().optCptTokensTypeMask(List.of(4)).build()))
                .isEmpty();
    }
}
