ALTER TABLE "connections" ADD COLUMN "polled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "project_id" uuid;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "state" text DEFAULT 'done' NOT NULL;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "change" jsonb;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "stream_id" uuid;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "outcome" text;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "by" text;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "settled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "not_before" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "heard" ADD COLUMN "last_error" text;--> statement-breakpoint
CREATE INDEX "idx_heard_waiting" ON "heard" USING btree ("not_before") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "idx_heard_asked" ON "heard" USING btree ("workspace_id","stream_id") WHERE state = 'asked';