package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;

/** What a model is called with besides the new tokens: it depends on who reads the prompt. */
interface PromptReader {

    /**
     * The arguments of a call, all in the manager of the ids.
     *
     * @param ids tokens of the text that this call reads, [R, S]
     * @param from how many came before them
     */
    ModelInput input(NDArray ids, int from);

    /** Keeps what later calls need of the first one's output. */
    void keep(ModelOutput output, NDManager manager);

    /** Goes on with other rows: with these of the present ones, some perhaps twice. */
    void choose(NDArray rows);
}
