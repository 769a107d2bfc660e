/**
 * From text to batches: tokens, datasets read from files, and batches of near-equal length.
 *
 * <p>A {@link io.github.peft4j.task.tokenize.Tokenizer} turns texts into tokens, a {@link
 * io.github.peft4j.task.data.TokenDataset} keeps them in flat arrays, a {@link
 * io.github.peft4j.task.data.BatchLoader} cuts it into batches, and a {@link
 * io.github.peft4j.task.data.TokenBatch} becomes the {@link io.github.peft4j.model.ModelInput} of a
 * step. Every text is tokenized once; no array of the engine exists before a step asks for it.
 *
 * <p>Where the rows of each task come from: SEQ_CLS {@link
 * io.github.peft4j.task.data.text.LabeledTextReader} and {@link
 * io.github.peft4j.task.data.TokenDataset#of}, FEATURE_EXTRACTION {@link
 * io.github.peft4j.task.data.TokenPairs}, TOKEN_CLS {@link
 * io.github.peft4j.task.data.tagging.TaggedTokens}, QUESTION_ANS {@link
 * io.github.peft4j.task.data.qa.QuestionWindows}, CAUSAL_LM {@link
 * io.github.peft4j.task.data.generation.Completions}, {@link
 * io.github.peft4j.task.data.generation.PlainTexts} and {@link
 * io.github.peft4j.task.data.generation.TokenBlocks}, of conversations {@link
 * io.github.peft4j.task.data.chat.ChatDataset}, SEQ_2_SEQ_LM {@link
 * io.github.peft4j.task.data.generation.TargetTexts}. Files are read by {@link
 * io.github.peft4j.task.data.read.RowReader}.
 */
@NullMarked
package io.github.peft4j.task.data;

import org.jspecify.annotations.NullMarked;
