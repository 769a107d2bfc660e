package io.github.peft4j.task.train.config;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.task.internal.TaskOptions;

/** Hugging Face's training arguments that this version does not have, with its defaults. */
final class OtherTrainingKeys {

    /** What is trained or measured depends on them: any other value is refused. */
    static final OptionTable REFUSED =
            OptionTable.of(
                    TaskOptions.lacking("optim", "adamw_torch_fused"),
                    TaskOptions.lacking("optim_args", null),
                    TaskOptions.lacking("optim_target_modules", null),
                    TaskOptions.lacking("lr_scheduler_kwargs", null),
                    TaskOptions.lacking("label_smoothing_factor", 0.0),
                    TaskOptions.lacking("neftune_noise_alpha", null),
                    TaskOptions.lacking("bf16", false),
                    TaskOptions.lacking("fp16", false),
                    TaskOptions.lacking("bf16_full_eval", false),
                    TaskOptions.lacking("fp16_full_eval", false),
                    TaskOptions.lacking("auto_find_batch_size", false),
                    TaskOptions.lacking("train_sampling_strategy", "random"),
                    TaskOptions.lacking("dataloader_drop_last", false),
                    TaskOptions.lacking("ignore_data_skip", false),
                    TaskOptions.lacking("eval_delay", 0),
                    TaskOptions.lacking("eval_on_start", false),
                    TaskOptions.lacking("label_names", null));

    /** The trained adapter does not depend on them: any other value is ignored with a warning. */
    static final OptionTable IGNORED =
            OptionTable.of(
                    TaskOptions.lacking("average_tokens_across_devices", true),
                    TaskOptions.lacking("tf32", null),
                    TaskOptions.lacking("activation_checkpointing", false),
                    TaskOptions.lacking("activation_checkpointing_kwargs", null),
                    TaskOptions.lacking("gradient_checkpointing", false),
                    TaskOptions.lacking("gradient_checkpointing_kwargs", null),
                    TaskOptions.lacking("torch_compile", false),
                    TaskOptions.lacking("torch_compile_backend", null),
                    TaskOptions.lacking("torch_compile_mode", null),
                    TaskOptions.lacking("use_liger_kernel", false),
                    TaskOptions.lacking("liger_kernel_config", null),
                    TaskOptions.lacking("use_cache", false),
                    TaskOptions.lacking("torch_empty_cache_steps", null),
                    TaskOptions.lacking("logging_strategy", "steps"),
                    TaskOptions.lacking("logging_first_step", false),
                    TaskOptions.lacking("log_on_each_node", true),
                    TaskOptions.lacking("logging_nan_inf_filter", true),
                    TaskOptions.lacking("include_num_input_tokens_seen", "no"),
                    TaskOptions.lacking("log_level", "passive"),
                    TaskOptions.lacking("log_level_replica", "warning"),
                    TaskOptions.lacking("report_to", "none"),
                    TaskOptions.lacking("run_name", null),
                    TaskOptions.lacking("project", "huggingface"),
                    TaskOptions.lacking("trackio_space_id", null),
                    TaskOptions.lacking("trackio_bucket_id", null),
                    TaskOptions.lacking("trackio_static_space_id", null),
                    TaskOptions.lacking("prediction_loss_only", false),
                    TaskOptions.lacking("eval_do_concat_batches", true),
                    TaskOptions.lacking("eval_use_gather_object", false),
                    TaskOptions.lacking("eval_accumulation_steps", null),
                    TaskOptions.lacking("include_for_metrics", null),
                    TaskOptions.lacking("batch_eval_metrics", false),
                    TaskOptions.lacking("save_only_model", false),
                    TaskOptions.lacking("save_on_each_node", false),
                    TaskOptions.lacking("enable_jit_checkpoint", false),
                    TaskOptions.lacking("push_to_hub", false),
                    TaskOptions.lacking("hub_private_repo", null),
                    TaskOptions.lacking("hub_model_id", null),
                    TaskOptions.lacking("hub_strategy", "every_save"),
                    TaskOptions.lacking("hub_always_push", false),
                    TaskOptions.lacking("hub_revision", null),
                    TaskOptions.lacking("restore_callback_states_from_checkpoint", false),
                    TaskOptions.lacking("full_determinism", false),
                    TaskOptions.lacking("use_cpu", false),
                    TaskOptions.lacking("parallelism_config", null),
                    TaskOptions.lacking("dataloader_num_workers", 0),
                    TaskOptions.lacking("dataloader_persistent_workers", false),
                    TaskOptions.lacking("dataloader_prefetch_factor", null),
                    TaskOptions.lacking("dataloader_in_order", true),
                    TaskOptions.lacking("remove_unused_columns", true),
                    TaskOptions.lacking("length_column_name", "length"),
                    TaskOptions.lacking("ddp_find_unused_parameters", null),
                    TaskOptions.lacking("ddp_bucket_cap_mb", null),
                    TaskOptions.lacking("ddp_broadcast_buffers", null),
                    TaskOptions.lacking("ddp_static_graph", null),
                    TaskOptions.lacking("ddp_backend", null),
                    TaskOptions.lacking("ddp_timeout", 1800),
                    TaskOptions.lacking("fsdp", null),
                    TaskOptions.lacking("fsdp_config", null),
                    TaskOptions.lacking("deepspeed", null),
                    TaskOptions.lacking("debug", null),
                    TaskOptions.lacking("skip_memory_metrics", true));

    /** Facts of Hugging Face's machine and scripts, which its files have at any value. */
    static final ImmutableSet<String> SILENT =
            ImmutableSet.of(
                    "accelerator_config",
                    "dataloader_multiprocessing_context",
                    "dataloader_pin_memory",
                    "disable_tqdm",
                    "do_eval",
                    "do_predict",
                    "do_train",
                    "hub_token",
                    "local_rank");

    private OtherTrainingKeys() {}
}
