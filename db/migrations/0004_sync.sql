CREATE TABLE "circuits" (
	"workspace_id" text NOT NULL,
	"system" text NOT NULL,
	"origin" text NOT NULL,
	"failures" integer NOT NULL,
	"open_until" timestamp with time zone NOT NULL,
	"last_error" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "circuits_workspace_id_system_origin_pk" PRIMARY KEY("workspace_id","system","origin")
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"workspace_id" text NOT NULL,
	"project_id" uuid NOT NULL,
	"system" text NOT NULL,
	"settings" jsonb NOT NULL,
	"token" text NOT NULL,
	"webhook_secret" text,
	"source" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	"polled_to" timestamp with time zone,
	"polled_at" timestamp with time zone,
	CONSTRAINT "connections_workspace_id_project_id_system_pk" PRIMARY KEY("workspace_id","project_id","system")
);
--> statement-breakpoint
CREATE TABLE "go_aheads" (
	"workspace_id" text NOT NULL,
	"place" text NOT NULL,
	"by" text,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"given_at" timestamp with time zone,
	CONSTRAINT "go_aheads_workspace_id_place_pk" PRIMARY KEY("workspace_id","place")
);
--> statement-breakpoint
CREATE TABLE "heard" (
	"workspace_id" text NOT NULL,
	"system" text NOT NULL,
	"key" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"project_id" uuid,
	"state" text DEFAULT 'done' NOT NULL,
	"change" jsonb,
	"stream_id" uuid,
	"outcome" text,
	"by" text,
	"settled_at" timestamp with time zone,
	"not_before" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	CONSTRAINT "heard_workspace_id_system_key_pk" PRIMARY KEY("workspace_id","system","key")
);
--> statement-breakpoint
CREATE TABLE "links" (
	"workspace_id" text NOT NULL,
	"system" text NOT NULL,
	"stream_id" uuid NOT NULL,
	"key" text NOT NULL,
	"state" text NOT NULL,
	"outside_id" text,
	"outside_key" text,
	"url" text,
	"shown" jsonb,
	"tried_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "links_workspace_id_system_stream_id_key_pk" PRIMARY KEY("workspace_id","system","stream_id","key")
);
--> statement-breakpoint
CREATE TABLE "troubles" (
	"workspace_id" text NOT NULL,
	"project_id" uuid NOT NULL,
	"system" text NOT NULL,
	"key" text NOT NULL,
	"ref" text NOT NULL,
	"sentence" text NOT NULL,
	"told_at" timestamp with time zone DEFAULT now() NOT NULL,
	"over_at" timestamp with time zone,
	CONSTRAINT "troubles_workspace_id_project_id_system_key_pk" PRIMARY KEY("workspace_id","project_id","system","key")
);
--> statement-breakpoint
ALTER TABLE "cursors" ADD COLUMN "stuck_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "owner_id" text;--> statement-breakpoint
CREATE INDEX "idx_heard_waiting" ON "heard" USING btree ("not_before") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "idx_heard_asked" ON "heard" USING btree ("workspace_id","stream_id") WHERE state = 'asked';--> statement-breakpoint
CREATE INDEX "idx_links_outside" ON "links" USING btree ("workspace_id","system","outside_id");