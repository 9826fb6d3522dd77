#ifndef RACNN_ONEDNN_VERSIONS_H
#define RACNN_ONEDNN_VERSIONS_H

// What differs between the C APIs of oneDNN 2 and 3: memory descriptors became opaque pointers.

#ifdef RACNN_ONEDNN
#include <dnnl.h>

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t racnn_descriptor_ref;
#define RACNN_REF(descriptor) (descriptor)
#define RACNN_DESCRIBE(descriptor, rank, dims, tag) \
  dnnl_memory_desc_create_with_tag(descriptor, rank, dims, dnnl_f32, tag)
#define RACNN_FORGET(descriptor) dnnl_memory_desc_destroy(descriptor)
#else
typedef const dnnl_memory_desc_t *racnn_descriptor_ref;
#define RACNN_REF(descriptor) (&(descriptor))
#define RACNN_DESCRIBE(descriptor, rank, dims, tag) dnnl_memory_desc_init_by_tag(descriptor, rank, dims, dnnl_f32, tag)
#define RACNN_FORGET(descriptor) ((void)(descriptor))
#endif

/// The processor and the stream of work for it, made at the first use; NULL on failure.
dnnl_engine_t racnn_engine(void);
dnnl_stream_t racnn_stream(void);
/// Runs a primitive to its end; not 0 on failure.
int racnn_execute(dnnl_primitive_t primitive, int count, const dnnl_exec_arg_t *arguments);

#endif
#endif
