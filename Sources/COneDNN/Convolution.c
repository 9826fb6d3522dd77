#include <stdlib.h>
#include <string.h>

#include "COneDNN.h"
#include "OneDNN.h"

#ifdef RACNN_ONEDNN

enum { MAX_RANK = 5 };

struct racnn_primitive {
  racnn_convolution problem;
  /// Channels as oneDNN is told of them: rounded up to the blocks. Were the true counts told, it
  /// would clear the lanes beyond the last channel at each call.
  dnnl_dim_t inputs, outputs;
  dnnl_primitive_t primitive, pack, unpack;
  dnnl_memory_t input, weights, bias, added, output, scratch, plain;
  size_t packed_count, scratch_count;
};

static dnnl_dim_t rounded(int channels, int block) { return (channels + block - 1) / block * block; }

static dnnl_format_tag_t tag(int block) {
  return block == 16 ? dnnl_nChw16c : block == 8 ? dnnl_nChw8c : dnnl_nchw;
}

// What is done to each output after the convolution, in that order; nonzero where it cannot be told.
static int append_operations(dnnl_post_ops_t ops, const racnn_convolution *p, racnn_descriptor_ref output) {
  dnnl_alg_kind_t algorithm = p->activation == 1 ? dnnl_eltwise_relu : dnnl_eltwise_clip;
  float alpha = 0, beta = p->activation == 1 ? 0 : 6;
  if (p->adds && dnnl_post_ops_append_binary(ops, dnnl_binary_add, output) != dnnl_success) return 1;
  if (!p->activation) return 0;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_post_ops_append_eltwise(ops, algorithm, alpha, beta) != dnnl_success;
#else
  return dnnl_post_ops_append_eltwise(ops, 1, algorithm, alpha, beta) != dnnl_success;
#endif
}

// NULL on failure: oneDNN takes that for attributes that ask for nothing.
static dnnl_primitive_attr_t attributes(const racnn_convolution *p, racnn_descriptor_ref output) {
  dnnl_primitive_attr_t attr = NULL;
  if (dnnl_primitive_attr_create(&attr) != dnnl_success) return NULL;
  int failed = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user) != dnnl_success;
  if (p->kind == RACNN_FORWARD && (p->adds || p->activation)) {
    dnnl_post_ops_t ops = NULL;
    failed = failed || dnnl_post_ops_create(&ops) != dnnl_success || append_operations(ops, p, output) ||
             dnnl_primitive_attr_set_post_ops(attr, ops) != dnnl_success;
    if (ops) dnnl_post_ops_destroy(ops);
  }
  if (!failed) return attr;
  dnnl_primitive_attr_destroy(attr);
  return NULL;
}

/// Where a window begins and ends: what is left of the padding when the last window has its place.
static dnnl_dim_t padding_after(int size, int out, int kernel, const racnn_convolution *p, int before) {
  return (dnnl_dim_t)(out - 1) * p->stride + (kernel - 1) * p->dilation + 1 - size - before;
}

static dnnl_primitive_desc_t describe(
    racnn_primitive *self, racnn_descriptor_ref input, racnn_descriptor_ref weights, racnn_descriptor_ref bias,
    racnn_descriptor_ref output) {
  const racnn_convolution *p = &self->problem;
  dnnl_dims_t strides = {p->stride, p->stride}, dilates = {p->dilation - 1, p->dilation - 1};
  dnnl_dims_t before = {p->top, p->left};
  dnnl_dims_t after = {
      padding_after(p->height, p->out_height, p->kernel_height, p, p->top),
      padding_after(p->width, p->out_width, p->kernel_width, p, p->left)};
  dnnl_prop_kind_t prop = p->kind == RACNN_FORWARD ? dnnl_forward_inference : dnnl_forward_training;
  dnnl_alg_kind_t direct = dnnl_convolution_direct;
  dnnl_primitive_attr_t attr = attributes(p, output);
  if (!attr) return NULL;
  dnnl_primitive_desc_t forward = NULL, result = NULL;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_convolution_forward_primitive_desc_create(
      &forward, racnn_engine(), prop, direct, input, weights, bias, output, strides, dilates, before, after, attr);
  if (p->kind == RACNN_DATA_GRADIENT && forward)
    dnnl_convolution_backward_data_primitive_desc_create(
        &result, racnn_engine(), direct, input, weights, output, strides, dilates, before, after, forward, attr);
  if (p->kind == RACNN_WEIGHTS_GRADIENT && forward)
    dnnl_convolution_backward_weights_primitive_desc_create(
        &result, racnn_engine(), direct, input, weights, NULL, output, strides, dilates, before, after, forward,
        attr);
#else
  dnnl_convolution_desc_t operation;
  if (dnnl_dilated_convolution_forward_desc_init(
          &operation, prop, direct, input, weights, bias, output, strides, dilates, before, after) == dnnl_success)
    dnnl_primitive_desc_create(&forward, &operation, attr, racnn_engine(), NULL);
  dnnl_status_t status = dnnl_unimplemented;
  if (p->kind == RACNN_DATA_GRADIENT && forward)
    status = dnnl_dilated_convolution_backward_data_desc_init(
        &operation, direct, input, weights, output, strides, dilates, before, after);
  if (p->kind == RACNN_WEIGHTS_GRADIENT && forward)
    status = dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, direct, input, weights, NULL, output, strides, dilates, before, after);
  if (status == dnnl_success) dnnl_primitive_desc_create(&result, &operation, attr, racnn_engine(), forward);
#endif
  dnnl_primitive_attr_destroy(attr);
  if (p->kind == RACNN_FORWARD) return forward;
  if (forward) dnnl_primitive_desc_destroy(forward);
  return result;
}

static dnnl_memory_t memory(racnn_descriptor_ref descriptor) {
  dnnl_memory_t result = NULL;
  if (dnnl_memory_create(&result, descriptor, racnn_engine(), DNNL_MEMORY_NONE) != dnnl_success) return NULL;
  return result;
}

static dnnl_primitive_t reorder(racnn_descriptor_ref from, racnn_descriptor_ref to) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t result = NULL;
  if (dnnl_reorder_primitive_desc_create(&description, from, racnn_engine(), to, racnn_engine(), NULL) !=
      dnnl_success)
    return NULL;
  dnnl_primitive_create(&result, description);
  dnnl_primitive_desc_destroy(description);
  return result;
}

static int fill(racnn_primitive *self) {
  const racnn_convolution *p = &self->problem;
  dnnl_dims_t input_dims = {p->batch, self->inputs, p->height, p->width};
  dnnl_dims_t output_dims = {p->batch, self->outputs, p->out_height, p->out_width};
  dnnl_dims_t bias_dims = {self->outputs};
  int grouped = p->groups > 1, rank = grouped ? 5 : 4;
  dnnl_dims_t plain_dims = {self->outputs, self->inputs, p->kernel_height, p->kernel_width};
  dnnl_dims_t grouped_dims = {
      p->groups, p->outputs / p->groups, p->inputs / p->groups, p->kernel_height, p->kernel_width};
  const dnnl_dim_t *weight_dims = grouped ? grouped_dims : plain_dims;

  dnnl_memory_desc_t input, output, bias, plain, any;
  RACNN_DESCRIBE(&input, 4, input_dims, tag(p->input_block));
  RACNN_DESCRIBE(&output, 4, output_dims, tag(p->output_block));
  RACNN_DESCRIBE(&bias, 1, bias_dims, dnnl_x);
  RACNN_DESCRIBE(&plain, rank, weight_dims, grouped ? dnnl_goihw : dnnl_oihw);
  RACNN_DESCRIBE(&any, rank, weight_dims, dnnl_format_tag_any);
  int ready = 0;
  dnnl_primitive_desc_t description = describe(
      self, RACNN_REF(input), RACNN_REF(any), p->has_bias ? RACNN_REF(bias) : NULL, RACNN_REF(output));
  if (description) {
    int weights = p->kind == RACNN_WEIGHTS_GRADIENT ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    racnn_descriptor_ref packed = dnnl_primitive_desc_query_md(description, weights, 0);
    racnn_descriptor_ref scratch = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
    self->packed_count = dnnl_memory_desc_get_size(packed) / sizeof(float);
    self->scratch_count = (dnnl_memory_desc_get_size(scratch) + sizeof(float) - 1) / sizeof(float);
    self->input = memory(RACNN_REF(input));
    self->output = memory(RACNN_REF(output));
    self->bias = p->has_bias ? memory(RACNN_REF(bias)) : NULL;
    self->added = p->adds ? memory(RACNN_REF(output)) : NULL;
    self->weights = memory(packed);
    self->plain = memory(RACNN_REF(plain));
    self->scratch = memory(scratch);
    self->pack = reorder(RACNN_REF(plain), packed);
    self->unpack = reorder(packed, RACNN_REF(plain));
    ready = dnnl_primitive_create(&self->primitive, description) == dnnl_success && self->input && self->output &&
            self->weights && self->plain && self->pack && self->unpack && (!p->has_bias || self->bias) &&
            (!p->adds || self->added) && (!self->scratch_count || self->scratch);
    dnnl_primitive_desc_destroy(description);
  }
  RACNN_FORGET(input);
  RACNN_FORGET(output);
  RACNN_FORGET(bias);
  RACNN_FORGET(plain);
  RACNN_FORGET(any);
  return ready;
}

racnn_primitive *racnn_convolution_create(const racnn_convolution *problem) {
  if (!racnn_stream()) return NULL;
  racnn_primitive *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->problem = *problem;
  self->inputs = rounded(problem->inputs, problem->input_block);
  self->outputs = rounded(problem->outputs, problem->output_block);
  if (fill(self)) return self;
  racnn_primitive_destroy(self);
  return NULL;
}

void racnn_primitive_destroy(racnn_primitive *self) {
  dnnl_memory_t memories[] = {
      self->input, self->weights, self->bias, self->added, self->output, self->scratch, self->plain};
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  if (self->primitive) dnnl_primitive_destroy(self->primitive);
  if (self->pack) dnnl_primitive_destroy(self->pack);
  if (self->unpack) dnnl_primitive_destroy(self->unpack);
  free(self);
}

size_t racnn_convolution_packed_count(const racnn_primitive *self) { return self->packed_count; }

int racnn_convolution_packs_alike(const racnn_primitive *one, const racnn_primitive *other) {
  racnn_descriptor_ref a = NULL, b = NULL;
  return dnnl_memory_get_memory_desc(one->weights, &a) == dnnl_success &&
         dnnl_memory_get_memory_desc(other->weights, &b) == dnnl_success && dnnl_memory_desc_equal(a, b);
}

size_t racnn_primitive_scratch_count(const racnn_primitive *self) { return self->scratch_count; }

size_t racnn_convolution_padded_count(const racnn_primitive *self) {
  const racnn_convolution *p = &self->problem;
  if (p->groups > 1 || (self->inputs == p->inputs && self->outputs == p->outputs)) return 0;
  return (size_t)self->inputs * self->outputs * p->kernel_height * p->kernel_width;
}

static int reordered(dnnl_primitive_t reorder, dnnl_memory_t from, dnnl_memory_t to) {
  dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  return racnn_execute(reorder, 2, args);
}

int racnn_convolution_pack(racnn_primitive *self, const float *weights, float *packed, float *padded) {
  const racnn_convolution *p = &self->problem;
  size_t area = (size_t)p->kernel_height * p->kernel_width, count = racnn_convolution_padded_count(self);
  if (count) {
    memset(padded, 0, count * sizeof(float));
    for (int o = 0; o < p->outputs; o++)
      memcpy(padded + o * self->inputs * area, weights + o * p->inputs * area, p->inputs * area * sizeof(float));
    weights = padded;
  }
  dnnl_memory_set_data_handle(self->plain, (void *)weights);
  dnnl_memory_set_data_handle(self->weights, packed);
  return reordered(self->pack, self->plain, self->weights);
}

int racnn_convolution_unpack(racnn_primitive *self, const float *packed, float *weights, float *padded) {
  const racnn_convolution *p = &self->problem;
  size_t area = (size_t)p->kernel_height * p->kernel_width, count = racnn_convolution_padded_count(self);
  dnnl_memory_set_data_handle(self->plain, count ? padded : weights);
  dnnl_memory_set_data_handle(self->weights, (void *)packed);
  if (reordered(self->unpack, self->weights, self->plain)) return 1;
  if (count)
    for (int o = 0; o < p->outputs; o++)
      memcpy(weights + o * p->inputs * area, padded + o * self->inputs * area, p->inputs * area * sizeof(float));
  return 0;
}

int racnn_convolution_run(
    racnn_primitive *self, float *input, float *packed, const float *bias, const float *added, float *output,
    float *scratch) {
  int kind = self->problem.kind, count = 0;
  dnnl_exec_arg_t args[6];
  dnnl_memory_set_data_handle(self->input, input);
  dnnl_memory_set_data_handle(self->weights, packed);
  dnnl_memory_set_data_handle(self->output, output);
  args[count++] = (dnnl_exec_arg_t){kind == RACNN_DATA_GRADIENT ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, self->input};
  args[count++] =
      (dnnl_exec_arg_t){kind == RACNN_WEIGHTS_GRADIENT ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, self->weights};
  args[count++] = (dnnl_exec_arg_t){kind == RACNN_FORWARD ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, self->output};
  if (self->bias) {
    dnnl_memory_set_data_handle(self->bias, (void *)bias);
    args[count++] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, self->bias};
  }
  if (self->added) {
    dnnl_memory_set_data_handle(self->added, (void *)added);
    args[count++] = (dnnl_exec_arg_t){DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, self->added};
  }
  if (self->scratch_count) {
    dnnl_memory_set_data_handle(self->scratch, scratch);
    args[count++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, self->scratch};
  }
  return racnn_execute(self->primitive, count, args);
}

#endif
