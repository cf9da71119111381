CREATE TABLE "checkpoints" (
	"workspace_id" text NOT NULL,
	"workflow_id" text NOT NULL,
	"checkpoint_id" text NOT NULL,
	"project_id" uuid,
	"agent_id" text NOT NULL,
	"schema_version" integer DEFAULT 1 NOT NULL,
	"state_data" jsonb NOT NULL,
	"event_history" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"consumed_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	CONSTRAINT "checkpoints_workspace_id_workflow_id_checkpoint_id_pk" PRIMARY KEY("workspace_id","workflow_id","checkpoint_id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"stream_id" uuid,
	"event" text NOT NULL,
	"body" text NOT NULL,
	"traceparent" text,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone,
	"held_by" uuid,
	"held_until" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"done_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "delivery_attempts" (
	"delivery_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"workspace_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"took_ms" integer NOT NULL,
	"status" integer,
	"error" text,
	"answer" text,
	CONSTRAINT "delivery_attempts_delivery_id_number_pk" PRIMARY KEY("delivery_id","number")
);
--> statement-breakpoint
CREATE TABLE "endpoints" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"kind" text NOT NULL,
	"key_id" uuid,
	"project_id" uuid,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"previous_secret" text,
	"previous_until" timestamp with time zone,
	"events" text[],
	"disabled_at" timestamp with time zone,
	"disabled_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency" (
	"workspace_id" text NOT NULL,
	"caller" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"response" text,
	"held_until" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_workspace_id_caller_idempotency_key_pk" PRIMARY KEY("workspace_id","caller","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "outside_agents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"project_id" uuid,
	"key_id" uuid,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"capabilities" text[] DEFAULT '{}' NOT NULL,
	"max_concurrent" integer DEFAULT 1 NOT NULL,
	"card" jsonb,
	"endpoint_id" uuid,
	"heartbeat_at" timestamp with time zone DEFAULT now() NOT NULL,
	"silent_since" timestamp with time zone,
	"registered_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "published_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"project_id" uuid,
	"event_type" text NOT NULL,
	"workflow_id" text,
	"agent_id" text NOT NULL,
	"envelope" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"lease" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"run_id" uuid NOT NULL,
	"step_key" text NOT NULL,
	"attempt" integer NOT NULL,
	"agent_id" uuid NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"deadline" timestamp with time zone NOT NULL,
	"began_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "consultations" ADD COLUMN "workflow_id" text;--> statement-breakpoint
ALTER TABLE "consultations" ADD COLUMN "checkpoint_id" text;--> statement-breakpoint
ALTER TABLE "consultations" ADD COLUMN "project_id" uuid;--> statement-breakpoint
ALTER TABLE "consultations" ADD COLUMN "opened_at" bigint;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "owner_id" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "project_id" uuid;--> statement-breakpoint
CREATE INDEX "idx_checkpoints_expires" ON "checkpoints" USING btree ("expires_at") WHERE "checkpoints"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "idx_deliveries_due" ON "deliveries" USING btree ("next_at") WHERE "deliveries"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "idx_deliveries_stream" ON "deliveries" USING btree ("stream_id");--> statement-breakpoint
CREATE INDEX "idx_deliveries_endpoint" ON "deliveries" USING btree ("endpoint_id");--> statement-breakpoint
CREATE INDEX "idx_deliveries_created" ON "deliveries" USING btree ("workspace_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "idx_endpoints_subscriptions" ON "endpoints" USING btree ("workspace_id") WHERE "endpoints"."kind" = 'subscription';--> statement-breakpoint
CREATE INDEX "idx_endpoints_url" ON "endpoints" USING btree ("workspace_id","url");--> statement-breakpoint
CREATE INDEX "idx_idempotency_created" ON "idempotency" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_outside_agents_name" ON "outside_agents" USING btree ("workspace_id",lower("name"));--> statement-breakpoint
CREATE INDEX "idx_published_events_created" ON "published_events" USING btree ("workspace_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "idx_tasks_lease_until" ON "tasks" USING btree ("lease_until");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_tasks_attempt" ON "tasks" USING btree ("run_id","step_key","attempt");--> statement-breakpoint
CREATE INDEX "idx_tasks_agent" ON "tasks" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "idx_consultations_requests" ON "consultations" USING btree ("workspace_id","opened_at" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "consultations"."workflow_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_consultations_workflow" ON "consultations" USING btree ("workspace_id","workflow_id") WHERE "consultations"."workflow_id" is not null;--> statement-breakpoint
CREATE INDEX "idx_goals_latest_run" ON "goals" USING btree ("latest_run_id");