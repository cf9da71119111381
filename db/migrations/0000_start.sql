CREATE TABLE "consultations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"seq" integer NOT NULL,
	"state" text NOT NULL,
	"run_id" uuid,
	"step_key" text,
	"body" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "facts" (
	"stream_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"workspace_id" text NOT NULL,
	"submission_id" text NOT NULL,
	"type" text NOT NULL,
	"body" jsonb NOT NULL,
	"actor" text NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "facts_stream_id_seq_pk" PRIMARY KEY("stream_id","seq")
);
--> statement-breakpoint
CREATE TABLE "goal_numbers" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "goals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"number" integer NOT NULL,
	"title" text NOT NULL,
	"requested_by" text NOT NULL,
	"channel_id" text NOT NULL,
	"project_id" uuid,
	"latest_run_id" uuid NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_budgets" (
	"workspace_id" text NOT NULL,
	"goal_id" uuid NOT NULL,
	"calls" integer NOT NULL,
	"input_tokens" integer DEFAULT 0 NOT NULL,
	"output_tokens" integer DEFAULT 0 NOT NULL,
	"cached_tokens" integer DEFAULT 0 NOT NULL,
	"allowance" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "model_budgets_workspace_id_goal_id_pk" PRIMARY KEY("workspace_id","goal_id")
);
--> statement-breakpoint
CREATE TABLE "process_groups" (
	"lease" text PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"run_id" uuid NOT NULL,
	"step_key" text NOT NULL,
	"host" text NOT NULL,
	"group_id" integer NOT NULL,
	"start_time" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"seq" integer NOT NULL,
	"goal_id" uuid NOT NULL,
	"status" text NOT NULL,
	"brief" jsonb NOT NULL,
	"state" jsonb NOT NULL,
	"requested_at" bigint,
	"ended_at" bigint
);
--> statement-breakpoint
CREATE TABLE "steps" (
	"run_id" uuid NOT NULL,
	"key" text NOT NULL,
	"workspace_id" text NOT NULL,
	"position" integer NOT NULL,
	"status" text NOT NULL,
	"agent" text NOT NULL,
	"attempt" integer NOT NULL,
	"lease" text,
	"worker" uuid,
	"planned" jsonb NOT NULL,
	"state" jsonb NOT NULL,
	CONSTRAINT "steps_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "streams" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"kind" text NOT NULL,
	"seq" integer NOT NULL,
	"due_at" bigint,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"follower" text NOT NULL,
	"stream_id" uuid NOT NULL,
	"workspace_id" text NOT NULL,
	"seq" integer NOT NULL,
	"held_by" uuid,
	"not_before" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	CONSTRAINT "cursors_follower_stream_id_pk" PRIMARY KEY("follower","stream_id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"key" text NOT NULL,
	"stream_id" uuid,
	"channel_id" text NOT NULL,
	"thread_key" text,
	"rank" integer NOT NULL,
	"desired" jsonb NOT NULL,
	"version" integer NOT NULL,
	"shown_version" integer DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"ts" text,
	"plain" boolean DEFAULT false NOT NULL,
	"reposts" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"not_before" timestamp with time zone,
	"held_by" uuid,
	"held_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"pool_ids" text[] NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"start_time" text NOT NULL,
	"beat_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"prefix" text NOT NULL,
	"scopes" text[] NOT NULL,
	"person_id" text,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "homes" (
	"workspace_id" text NOT NULL,
	"person_id" text NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "homes_workspace_id_person_id_pk" PRIMARY KEY("workspace_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "installations" (
	"workspace_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"bot_user_id" text NOT NULL,
	"connected" boolean DEFAULT true NOT NULL,
	"connected_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kept_goals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"requested_by" text NOT NULL,
	"channel_id" text NOT NULL,
	"request" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" text NOT NULL,
	"name" text NOT NULL,
	"repository" text NOT NULL,
	"branch" text,
	"channel_id" text,
	"test_command" text,
	"commands" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"reviewers" text[] DEFAULT '{}' NOT NULL,
	"four_eyes" text DEFAULT 'when_possible' NOT NULL,
	"plan_approval" text DEFAULT 'risky' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workflows" (
	"workspace_id" text NOT NULL,
	"name" text NOT NULL,
	"project_id" uuid,
	"document" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "workflows_workspace_id_name_pk" PRIMARY KEY("workspace_id","name")
);
--> statement-breakpoint
ALTER TABLE "workflows" ADD CONSTRAINT "workflows_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_consultations_run" ON "consultations" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "idx_consultations_open" ON "consultations" USING btree ("workspace_id") WHERE "consultations"."state" = 'open';--> statement-breakpoint
CREATE UNIQUE INDEX "idx_goals_number" ON "goals" USING btree ("workspace_id","number");--> statement-breakpoint
CREATE INDEX "idx_goals_requester" ON "goals" USING btree ("workspace_id","requested_by","channel_id");--> statement-breakpoint
CREATE INDEX "idx_runs_goal" ON "runs" USING btree ("goal_id");--> statement-breakpoint
CREATE INDEX "idx_runs_open" ON "runs" USING btree ("workspace_id") WHERE "runs"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "idx_steps_at_work" ON "steps" USING btree ("agent","workspace_id") WHERE "steps"."status" in ('working', 'ready');--> statement-breakpoint
CREATE INDEX "idx_streams_due" ON "streams" USING btree ("due_at") WHERE "streams"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "idx_streams_changed" ON "streams" USING btree ("changed_at");--> statement-breakpoint
CREATE INDEX "idx_cursors_waiting" ON "cursors" USING btree ("not_before") WHERE "cursors"."not_before" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "idx_messages_key" ON "messages" USING btree ("workspace_id","key");--> statement-breakpoint
CREATE INDEX "idx_messages_behind" ON "messages" USING btree ("workspace_id","rank","created_at") WHERE "messages"."version" > "messages"."shown_version" and "messages"."state" <> 'refused';--> statement-breakpoint
CREATE INDEX "idx_messages_ts" ON "messages" USING btree ("workspace_id","channel_id","ts");--> statement-breakpoint
CREATE INDEX "idx_messages_stream" ON "messages" USING btree ("stream_id");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_api_keys_hash" ON "api_keys" USING btree ("hash");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_projects_name" ON "projects" USING btree ("workspace_id","name");