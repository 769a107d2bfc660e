package io.github.peft4j.tuner.multitask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.PromptOps;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.prompt.NewPrompt;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptShape;
import io.github.peft4j.tuner.prompttuning.PromptTable;

/**
 * A prompt times what a text's task makes of it: \(P \circ (u_t v_t)\).
 *
 * @param table P, [n, H]
 * @param cols u of every task, [T, n, r]; starts from N(0, 0.02²)
 * @param rows v of every task, [T, r, H]; starts from N(0, 0.02²)
 * @see <a href="https://arxiv.org/abs/2303.02861">Wang et al. 2023, equation 1</a>
 */
record TaskPrompt(Parameter table, Parameter cols, Parameter rows) implements PromptRows {

    static final String COLS = "prefix_task_cols";
    static final String ROWS = "prefix_task_rows";

    private static final double DEVIATION = 0.02;

    static TaskPrompt add(MultitaskPromptTuningConfig config, NewPrompt prompt) {
        PromptShape shape = prompt.shape();
        int tasks = config.numTasks();
        int ranks = config.numRanks();
        InitialValue table = PromptTable.start(config, prompt);
        InitialValue cols = prompt.normal(DEVIATION, tasks, shape.rows(), ranks);
        InitialValue rows = prompt.normal(DEVIATION, tasks, ranks, shape.dim());
        if (config.startsFromSource() && !config.inferenceMode()) {
            String file = config.promptTuningInitStateDictPath().orElse(null);
            if (file != null) {
                SourceTasks source = new SourceTasks(file);
                table = source.table(table);
                cols = source.task(cols, COLS, config);
                rows = source.task(rows, ROWS, config);
            }
        }
        return new TaskPrompt(
                prompt.trained(KEY, table), prompt.trained(COLS, cols), prompt.trained(ROWS, rows));
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of(KEY, table, COLS, cols, ROWS, rows);
    }

    @Override
    public NDArray of(AdapterPass pass, ModelInput input) {
        return PromptOps.taskRows(
                pass.value(table), pass.value(cols), pass.value(rows), tasks(input));
    }

    private NDArray tasks(ModelInput input) {
        NDArray tasks = input.get(ModelInput.TASK_IDS);
        if (tasks == null) {
            throw new IllegalArgumentException(
                    "The call has no task_ids, only "
                            + input.arrays().keySet()
                            + ". Give the number of each text's task, [batch] int64.");
        }
        long count = cols.getShape().get(0);
        Preconditions.checkArgument(
                tasks.getDataType() == DataType.INT64 && tasks.getShape().dimension() == 1,
                "task_ids are %s %s; they must be int64 [batch].",
                tasks.getDataType(),
                tasks.getShape());
        for (long task : tasks.toLongArray()) {
            Preconditions.checkArgument(
                    task >= 0 && task < count,
                    "task_ids hold %s, but there are %s tasks (num_tasks), counted from 0.",
                    task,
                    count);
        }
        return tasks;
    }
}
