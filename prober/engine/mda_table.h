// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a multipath trace knows: which flow met whom at which TTL.
 *
 * A row of cells for each hop, a column for each flow.  A cell says how far we are
 * with that flow at that TTL, and which vertex of the hop it met.  Two neighbouring
 * cells of one flow that both met somebody prove a link; links are counted as the
 * second of the two is filled in.
 *
 * Plain memory of one trace, bounded by the MDA_..._MAX below; what does not fit any
 * more sets `is_full`, and the trace ends with that outcome.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define MDA_FLOWS_MAX	 2048
#define MDA_VERTICES_MAX 128  /* a hop */
#define MDA_LINKS_MAX	 1024 /* between two hops */

enum mda_cell_state {
	CELL_UNSENT,
	CELL_QUEUED, /* to be sent, again perhaps */
	CELL_WAITING,
	CELL_ANSWERED,
	CELL_SILENT, /* given up, after all tries */
};

struct mda_cell {
	uint8_t vertex;		/* 1 + index within the hop; 0: nobody is known */
	uint8_t is_assumed : 1; /* not seen to meet it: the hop has nobody else */
	uint8_t state : 3;	/* enum mda_cell_state */
	uint8_t tries : 4;	/* that were sent */
	uint8_t control : 1;	/* sent to learn where the flow comes by, not who is next */
	uint8_t is_end : 1;	/* the flow goes no further */
	uint8_t in_flight : 4;	/* probes that may still be answered */
	uint8_t repeated : 1;	/* sent again though it was answered */
};

struct mda_vertex {
	struct addr addr;   /* none: a black hole, or the root */
	uint16_t flows;	    /* that are known to reach it */
	uint16_t tested;    /* of those: under way to the next hop, or done there */
	uint16_t ended;	    /* of those: go no further */
	uint8_t successors; /* that are no black holes */
	uint8_t parent;	    /* of a black hole: 1 + index of the vertex before it */
	bool is_hole;
	bool is_end;	/* flows end here, all that were seen */
	bool is_hidden; /* a black hole that was but loss, or nobody's any more */
};

struct mda_link {
	uint8_t near; /* indices within their hops */
	uint8_t far;
	uint16_t flows;	  /* that were seen at both ends */
	uint16_t assumed; /* that were seen at one of them only */
};

struct mda_hop {
	uint16_t queued, waiting, answered, silent; /* cells by state */
	uint16_t link_count;			    /* from the hop before */
	uint16_t round_links;			    /* MDA_SHARE: when the round began */
	bool had_round, is_done;		    /* MDA_SHARE */
	bool is_odd;				    /* MDA_LITE: meshed, uneven or in part silent */
	uint8_t rechecks;			    /* repeats queued so far */
	uint8_t vertex_count;
	bool is_used;
	struct mda_vertex vertices[MDA_VERTICES_MAX];
	struct mda_link links[MDA_LINKS_MAX];
	struct mda_cell cells[MDA_FLOWS_MAX];
};

struct mda_table {
	uint64_t random; /* state of the generator that draws flows */
	uint16_t flow_count;
	bool is_full;
	uint8_t first_end; /* lowest TTL at which a flow ended; 0: none */
	uint8_t max_ttl;
	uint8_t root; /* TTL before the first hop: one vertex that all flows know */
	uint16_t flows[MDA_FLOWS_MAX];
	struct mda_hop hops[]; /* by TTL */
};

/* Bytes for a table up to `max_ttl`. */
size_t mda_table_size(uint8_t max_ttl);
/* Memory comes as it is: hops are cleared when they are first used. */
void mda_table_init(struct mda_table *t, uint8_t min_ttl, uint8_t max_ttl, uint64_t seed);

/* Draws a flow that was not drawn before: its index; MDA_FLOWS_MAX if none is left. */
uint16_t mda_table_draw(struct mda_table *t);
/* The index of a drawn flow; MDA_FLOWS_MAX if it is none. */
uint16_t mda_table_flow(const struct mda_table *t, uint16_t flow);

/* Was this flow ever to be sent there? */
bool mda_table_is_taken(const struct mda_hop *hop, uint16_t flow);
/* The hop's row, cleared if nobody used it yet. */
struct mda_hop *mda_table_hop(struct mda_table *t, uint8_t ttl);
/* The vertex that this flow is known to meet there; NULL if none. */
struct mda_vertex *mda_table_vertex(struct mda_table *t, uint8_t ttl, uint16_t flow);

/* Moves the cell to another state and keeps the hop's counts. */
void mda_table_move(struct mda_table *t, uint8_t ttl, uint16_t flow, enum mda_cell_state state);
/* The flow met this address; links are counted.  True if nobody had met it there. */
bool mda_table_met(struct mda_table *t, uint8_t ttl, uint16_t flow, const struct addr *from);
/* Silence behind vertex `near` of the hop before becomes a black hole that has its
 * flows, or joins it. */
void mda_table_make_hole(struct mda_table *t, uint8_t ttl, uint8_t near);
/* A black hole beside a router that answers may be a silent router, or loss. */
bool mda_table_is_doubted(struct mda_table *t, uint8_t ttl, const struct mda_vertex *v);
/* The flow goes no further than `ttl`: what it met behind that does not count. */
void mda_table_end(struct mda_table *t, uint8_t ttl, uint16_t flow);
/* The black hole behind vertex `near` of the hop before, if that has nobody else; -1 if
 * there is none. */
int mda_table_dark_hole(struct mda_table *t, uint8_t ttl, uint8_t near);
/* A flow that meets the black hole's predecessor falls into it, unsent. */
void mda_table_inherit(struct mda_table *t, uint8_t ttl, uint16_t flow, uint8_t hole);
/* Nobody else is known there, so the flow is taken to meet this vertex. */
void mda_table_assume(struct mda_table *t, uint8_t ttl, uint16_t flow, uint8_t vertex);
/* Somebody else was met there: nothing is assumed any more. */
void mda_table_unassume_all(struct mda_table *t, uint8_t ttl);
