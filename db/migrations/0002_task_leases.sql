ALTER TABLE "outside_agents" ADD COLUMN "lease_ms" integer DEFAULT 60000 NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "lease_ms" integer NOT NULL;