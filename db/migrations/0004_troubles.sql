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
